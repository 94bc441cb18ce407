import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import CLAIMS, Contract
from authpact.findings import Severity

_ALWAYS = ("sub", "iss", "aud", "exp", "iat", "jti")


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    names = [c.name for c in CLAIMS if c.required] if contract else list(_ALWAYS)
    if contract and contract.roles:
        names.append(contract.token.roles_claim)
    absent = [name for name in names if not re.search(rf"`{name}`|\b{name}\b", document.rules)]
    if absent:
        where = document.anchor(r"auth model|claims|backend flow")
        yield Remark(where, f"claims that are not listed: {', '.join(absent)}")
    if not document.says(r"\b(roles?|scopes?)\b"):
        yield Remark(
            document.anchor(r"auth model|claims|backend flow"),
            "nothing is said about roles or scope",
        )


_FULL = "`sub`, `iss`, `aud`, `exp`, `iat`, `jti`; roles are not used.\n"

CHECK = DocumentCheck(
    requirement="token:required-claims",
    severity=Severity.MEDIUM,
    summary="Every required claim is listed, and roles or scope are used or said to be unused.",
    why="A claim that no document names is checked by nobody.",
    remedy="List sub, iss, aud, exp, iat, jti and roles or scope with their meaning.",
    flagged=(
        Case(_FULL.replace("`aud`, ", "")),
        Case(_FULL.replace("roles", "x")),
        Case(_FULL, judged=True),
    ),
    accepted=(Case(_FULL),),
    check=_check,
)
