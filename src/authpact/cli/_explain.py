from authpact.cli._output import emit
from authpact.errors import AuthpactError
from authpact.requirements import REQUIREMENTS
from authpact.review import Rule, all_rules


def _explain_rule(slug: str, rule: Rule) -> None:
    sources = ", ".join(REQUIREMENTS[rule.requirement].sources)
    emit(f"{slug}\n  {rule.summary}\n  {rule.severity.value}, confidence {rule.confidence.value}")
    emit(f"  category: {rule.category}\n  requirement: {rule.requirement} ({sources})")
    emit(f"  why: {rule.why}\n  remedy: {rule.remedy}\n")
    for title, case in (("found", rule.flagged[0]), ("right", rule.accepted[0])):
        for path, text in case.files.items():
            code = "\n".join(f"    {line}".rstrip() for line in text.strip().split("\n"))
            emit(f"  {title}: {path}\n{code}\n")


def _explain_requirement(name: str) -> None:
    found = REQUIREMENTS.get(name)
    if found is None:
        raise AuthpactError(f"no requirement or rule {name}; `authpact explain` lists all of them")
    checks = ", ".join(check.value for check in found.checks)
    emit(f"{found.id}\n  {found.level}: {found.sentence}\n  sources: {', '.join(found.sources)}")
    emit(f"  checked by: {checks}" + (f"\n  note: {found.note}" if found.note else ""))


def explain(name: str | None = None, /) -> int:
    """Explain a requirement or a rule of the review: what, why, an example, the mend, the source.

    Parameters
    ----------
    name
        An id such as `token:audience`, or a rule such as `algorithm-open`; without one, all are
        listed.
    """
    if name is None:
        for row in REQUIREMENTS.values():
            emit(f"{row.id:32} {row.sentence}")
        for slug, rule in all_rules().items():
            emit(f"{slug:32} {rule.summary}")
    elif name in all_rules():
        _explain_rule(name, all_rules()[name])
    else:
        _explain_requirement(name)
    return 0
