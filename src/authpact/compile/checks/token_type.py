from authpact.compile._check import Case, DocumentCheck, demand
from authpact.findings import Severity

CHECK = DocumentCheck(
    requirement="token:type",
    severity=Severity.MEDIUM,
    summary="The type of the token is stated and checked: `typ` at+jwt.",
    why="Without a type, an ID token, a session cache or an e-mail link of the same issuer passes.",
    remedy="State the header `typ` `at+jwt` and that every other type is refused.",
    flagged=(Case("## Auth Model & Claims\n\n- The API accepts JWTs.\n"),),
    accepted=(Case("## Auth Model & Claims\n\n- `typ` MUST be `at+jwt`.\n"),),
    check=demand(r"\bat\+jwt\b", r"auth model|token", "the type of the access token is not stated"),
)
