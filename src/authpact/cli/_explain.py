from authpact.cli._output import emit
from authpact.errors import AuthpactError
from authpact.requirements import REQUIREMENTS


def explain(requirement: str | None = None, /) -> int:
    """Explain a requirement: its sentence, its level, its sources and how it is checked.

    Parameters
    ----------
    requirement
        An id such as `token:audience`; without one, all are listed.
    """
    if requirement is None:
        for row in REQUIREMENTS.values():
            emit(f"{row.id:32} {row.sentence}")
        return 0
    found = REQUIREMENTS.get(requirement)
    if found is None:
        raise AuthpactError(f"no requirement {requirement}; `authpact explain` lists all of them")
    checks = ", ".join(check.value for check in found.checks)
    emit(f"{found.id}\n  {found.level}: {found.sentence}\n  sources: {', '.join(found.sources)}")
    emit(f"  checked by: {checks}" + (f"\n  note: {found.note}" if found.note else ""))
    return 0
