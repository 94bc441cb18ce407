import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._environment import variables
from authpact.compile._variables_written import listed, section
from authpact.contract import Contract
from authpact.findings import Severity

_SIDES = {"frontend": r"frontend|next\.?js|better auth", "backend": r"backend|fastapi|\bapi\b"}


def _check(document: Document, contract: Contract | None) -> Iterator[Remark]:
    part = section(document)
    if contract is None or part is None:
        return
    for side, pattern in _SIDES.items():
        own = next(
            (
                p
                for p in document.parts
                if p.line in part
                and p.line != part.line
                and re.search(pattern, p.name, re.IGNORECASE)
            ),
            part,
        )
        names = listed(document, own)
        wanted = {v.name: v for v in variables(contract) if v.side == side}
        for name, variable in wanted.items():
            if name not in names:
                need = "required" if variable.required else "optional"
                yield Remark(own.line, f"{name}, {need} at the {side}, is not listed")
        if own is not part:
            for name in names.keys() - wanted.keys():
                yield Remark(names[name], f"{name} is not read by the {side}")


CHECK = DocumentCheck(
    requirement="environment:complete",
    severity=Severity.MEDIUM,
    summary="The lists hold the variables of the contract, no less and no more.",
    why="A name that is not the contract's is set in vain, and the right one stays empty.",
    remedy="Take the names from the contract; `authpact compile` writes both lists.",
    flagged=(
        Case(
            "## Environment Variables\n\n### Frontend\n\n- `JWT_KEY`\n\n### Backend\n", judged=True
        ),
    ),
    accepted=(Case("## Environment Variables\n\n- `JWT_KEY`\n"),),
    check=_check,
)
