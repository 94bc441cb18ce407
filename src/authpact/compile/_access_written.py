"""Whether a document states the access level of each operation as the contract does."""

import re
from collections.abc import Iterator

from authpact.compile._check import Remark
from authpact.compile._document import Document
from authpact.contract import Contract

_SAID: dict[str, str] = {
    "public": r"everybody|anybody|public|no token",
    "authenticated": r"any valid token|authenticated|any user|signed.in",
    "owner": r"owner|own\b",
    "role": r"\brole\b.*{name}|{name}.*\brole\b",
    "permission": r"{name}",
}


def misstated(document: Document, contract: Contract | None, kind: str) -> Iterator[Remark]:
    """Yield the rows of operations of this level that do not say so."""
    for endpoint in contract.endpoints if contract else ():
        if endpoint.grant.kind != kind:
            continue
        said = _SAID[kind].format(name=re.escape(endpoint.grant.name))
        for statement in document.stated:
            named = any(cell.strip("`") == endpoint.path for cell in statement.cells)
            if not named or endpoint.method not in statement.cells:
                continue
            if not re.search(said, statement.text.replace(endpoint.path, ""), re.IGNORECASE):
                yield Remark(statement.line, f"{endpoint} is for {endpoint.access} in the contract")
