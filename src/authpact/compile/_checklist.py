"""The checklist over a document: every check of `compile/checks`, found by walking the package."""

import importlib
import pkgutil
from functools import cache

from authpact.compile import checks as package
from authpact.compile._check import DocumentCheck
from authpact.compile._document import Document, parse_document
from authpact.contract import Contract
from authpact.findings import Finding, Location


@cache
def document_checks() -> dict[str, DocumentCheck]:
    """Return every check by its slug: the name of its module."""
    found: dict[str, DocumentCheck] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        check = module.CHECK
        if not isinstance(check, DocumentCheck):
            raise TypeError(f"{module.__name__}.CHECK is not a DocumentCheck")
        found[info.name] = check
    return found


def checklist(
    text: str, contract: Contract | None = None, file: str = "authentication.md"
) -> tuple[Finding, ...]:
    """Return what is wrong with a specification or design document, first lines first.

    With a contract the document is also held against it. Any text is accepted.
    """
    document = parse_document(text, file)
    found = [
        finding
        for slug, check in document_checks().items()
        if document.kind in check.kinds
        for finding in _findings(slug, check, document, contract)
    ]
    return tuple(sorted(found, key=lambda finding: (finding.location, finding.rule)))


def _findings(
    slug: str, check: DocumentCheck, document: Document, contract: Contract | None
) -> list[Finding]:
    return [
        Finding(
            rule=slug,
            category=slug,
            requirement=check.requirement,
            severity=check.severity,
            confidence=check.confidence,
            location=Location(document.file, remark.line),
            message=remark.message,
            why=check.why,
            remedy=check.remedy,
        )
        for remark in check.check(document, contract)
    ]
