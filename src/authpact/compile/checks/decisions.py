import re
from collections.abc import Iterator

from authpact.compile._check import SPEC, Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.contract import Contract
from authpact.findings import Severity

_DECISION = re.compile(r"Decision\s*(?:&|and)\s*Rationale", re.IGNORECASE)
_TOPICS = (
    ("transport", r"transport|bearer|header"),
    ("refresh", r"refresh|re-?issue"),
    ("issuer and audience", r"issuer|audience"),
    ("ownership semantics", r"ownership|403|404"),
    ("algorithm", r"algorithm|HS256|JWKS|signing"),
)
_SCALES = ("security", "correctness", "operability", "minimal change")


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    blocks = list(_blocks(document.lines))
    for topic, pattern in _TOPICS:
        found = [b for b in blocks if re.search(pattern, b[1].splitlines()[0], re.IGNORECASE)]
        if not found:
            yield Remark(1, f"no Decision & Rationale on {topic}")
            continue
        line, text = found[0]
        absent = [scale for scale in _SCALES if scale not in text.lower()]
        if absent:
            yield Remark(line, f"the decision on {topic} is not weighed on {', '.join(absent)}")


def _blocks(lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    starts = [n for n, line in enumerate(lines) if _DECISION.search(line)]
    stops = [n for n, line in enumerate(lines) if line.startswith("#")]
    for start in starts:
        following = [n for n in (*starts, *stops, len(lines)) if n > start]
        yield start + 1, "\n".join(lines[start : min(following)])


_ONE = (
    "**Decision & Rationale — {}:** x\n\n- Security: a\n- Correctness: b\n- "
    "Operability: c\n- Minimal change: d\n\n"
)
_ALL = "".join(_ONE.format(topic) for topic, _ in _TOPICS)

CHECK = DocumentCheck(
    requirement="document:decided",
    severity=Severity.MEDIUM,
    summary="Transport, refresh, issuer and audience, ownership and algorithm carry their "
    "rationale.",
    why="Without the reason nobody can tell later whether the choice still holds.",
    remedy="Write `Decision & Rationale` and weigh security, correctness, operability, "
    "minimal change.",
    flagged=(Case("# T\n\nWe use HS256.\n"), Case(_ALL.replace("- Operability: c\n", ""))),
    accepted=(Case(_ALL),),
    check=_check,
    kinds=SPEC,
)
