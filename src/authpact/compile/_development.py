"""Fresh secrets for a developer's machine: two `.env` texts that fit each other."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from authpact.compile._environment import Side, Variable, variables
from authpact.contract import Contract

_SECRET_BYTES: Final = 32
_KEY_ID: Final = "dev-1"


def fresh_secret() -> str:
    """Return base64url of 32 bytes from the operating system's random source."""
    return urlsafe_b64encode(secrets.token_bytes(_SECRET_BYTES)).rstrip(b"=").decode()


def _values(contract: Contract) -> dict[tuple[Side, str], str]:
    shared = fresh_secret()
    values: dict[tuple[Side, str], str] = {("frontend", "BETTER_AUTH_SECRET"): fresh_secret()}
    if contract.token.mode == "shared-secret":
        keys = contract.keys
        values["frontend", keys.secret_env] = shared
        values["frontend", keys.key_id_env] = _KEY_ID
        values["backend", keys.verification_keys_env] = f"{_KEY_ID}:{shared}"
    return values


def _line(variable: Variable, values: Mapping[tuple[Side, str], str]) -> str:
    value = values.get((variable.side, variable.name), variable.example)
    return f"{'' if variable.required else '# '}{variable.name}={value}"


def development_env(contract: Contract) -> dict[Side, str]:
    """Return the text of one `.env` file a side, with secrets that were made just now."""
    values = _values(contract)
    texts: dict[Side, str] = {}
    for side in ("frontend", "backend"):
        lines = [_line(v, values) for v in variables(contract) if v.side == side]
        texts[side] = "\n".join(("# For development only; never commit this file.", *lines, ""))
    return texts
