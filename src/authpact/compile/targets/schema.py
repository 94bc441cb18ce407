"""The JSON Schema of `authpact.toml`, for editors."""

import json

from authpact.compile._plan import OutputFile
from authpact.contract import Contract, json_schema


def render(contract: Contract) -> tuple[OutputFile, ...]:
    """Return one file; it is the same for every contract of this version of the format."""
    del contract
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return (OutputFile("authpact.schema.json", text, "json"),)
