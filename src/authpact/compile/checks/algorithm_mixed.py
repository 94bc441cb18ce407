import re
from collections.abc import Iterator

from authpact.compile._check import Case, DocumentCheck, Remark
from authpact.compile._document import Document
from authpact.compile._phrases import asserted
from authpact.contract import Contract
from authpact.findings import Confidence, Severity

_SYMMETRIC = re.compile(r"\bHS(256|384|512)\b|\bshared[- ]secret\b", re.IGNORECASE)
_ASYMMETRIC = re.compile(
    r"\b(EdDSA|Ed25519|ES256|ES384|ES512|RS256|RS384|RS512|PS256|PS384|PS512|JWKS|public key)\b",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"\b(mode|either|alternatively|optional)\b|\bdecision\b.*\brationale\b", re.IGNORECASE
)


def _check(document: Document, _: Contract | None) -> Iterator[Remark]:
    statements = [s for s in asserted(document) if not _EITHER.search(s.text)]
    symmetric = [s for s in statements if _SYMMETRIC.search(s.text)]
    asymmetric = [s for s in statements if _ASYMMETRIC.search(s.text)]
    if symmetric and asymmetric:
        first, second = sorted((symmetric[0].line, asymmetric[0].line))
        yield Remark(second, f"a shared secret and public keys together (see line {first})")


CHECK = DocumentCheck(
    requirement="algorithm:one-family",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    summary="A shared secret and a key set are not mixed.",
    why="The jwt() plugin of Better Auth signs EdDSA; a backend that checks HS256 refuses all of"
    " its tokens, and one that accepts both can be tricked into using a public key as a secret.",
    remedy="Choose one: HS256 with a dedicated secret, or one asymmetric algorithm with a key set.",
    flagged=(
        Case("- FastAPI verifies HS256 with the secret.\n- Keys come from the JWKS endpoint.\n"),
        Case("- Sign with HS256 or EdDSA, both are accepted.\n"),
    ),
    accepted=(
        Case("- FastAPI verifies HS256.\n- A JWKS endpoint is not used.\n"),
        Case("**Decision & Rationale — HS256 or JWKS:** HS256.\n"),
        Case("- Keys come from the JWKS endpoint; EdDSA.\n"),
    ),
    check=_check,
)
