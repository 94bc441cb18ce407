"""The checklist over documents: what is broken is found at its line by the check for it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import contract_of_every_level, specification

from authpact.compile._check import Case
from authpact.compile._checklist import checklist, document_checks
from authpact.compile._document import parse_document
from authpact.compile._self_check import answers
from authpact.contract import default_contract
from authpact.requirements import REQUIREMENTS, Check

BROKEN = Path(__file__).parent / "broken"
CHECKS = document_checks()
CASES = [
    pytest.param(slug, case, wanted, id=f"{slug}-{name}-{number}")
    for slug, check in CHECKS.items()
    for name, cases, wanted in (
        ("flagged", check.flagged, True),
        ("accepted", check.accepted, False),
    )
    for number, case in enumerate(cases)
]


def replace(old: str, new: str) -> Callable[[str], str]:
    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, 1)

    return edit


def drop(pattern: str) -> Callable[[str], str]:
    """Leave out every line that matches."""

    def edit(text: str) -> str:
        kept = [line for line in text.splitlines() if not re.search(pattern, line)]
        assert len(kept) < len(text.splitlines()), pattern
        return "\n".join(kept) + "\n"

    return edit


def cut(start: str, stop: str) -> Callable[[str], str]:
    """Leave out everything from one heading up to another."""

    def edit(text: str) -> str:
        before, rest = text.split(start, 1)
        return before + stop + rest.split(stop, 1)[1]

    return edit


EDITS = {
    "title": replace("Phase II Authentication Specification", "Some Notes"),
    "sections": replace("## 7. Ownership Enforcement Rules", "## 7. Miscellaneous"),
    "requirement_words": replace("RFC 2119 and RFC 8174", "common sense"),
    "vague_words": replace("It MUST refuse a request", "It MUST probably refuse a request"),
    "code_blocks": replace("### 4.3", '```json\n{"sub": "user-1"}\n```\n\n### 4.3'),
    "pseudocode": lambda text: re.sub(r"```text\n.*?```\n", "", text, flags=re.DOTALL),
    "secret_value": replace(
        "- `BETTER_AUTH_SECRET` MUST", "- `API_JWT_SECRET=correcthorse9` and MUST"
    ),
    "public_secret": replace("never from code", "never from `NEXT_PUBLIC_API_SECRET` or code"),
    "default_assumptions": replace("Default Assumptions (can be changed)", "Notes"),
    "decisions": drop(r"^- Operability: Every HTTP client"),
    "open_questions": replace("None.\n", ""),
    "token_type": lambda text: text.replace("at+jwt", "JWT"),
    "refresh_stated": replace(
        "2. It repeats", "2. The browser stores the refresh token. It repeats"
    ),
    "required_claims": lambda text: re.sub(r"`jti`|\bjti\b", "id", text),
    "user_id": lambda text: re.sub(r"(?i)user.?id", "name", text),
    "flows": cut("### 5.4 Logout", "### 5.5"),
    "token_place": replace(
        "### 6.2", "- The API reads the token from a cookie as a fallback.\n\n### 6.2"
    ),
    "token_in_url": replace(
        "`Authorization: Bearer` and the token.", "`GET /api/x?access_token=…`."
    ),
    "algorithm_stated": lambda text: text.replace("HS256", "a safe algorithm"),
    "algorithm_contract": replace(
        "exactly `HS256`; `none` and every other value refused", "exactly `RS256`"
    ),
    "algorithm_mixed": replace("### 6.2", "- The API fetches the JWKS of the issuer.\n\n### 6.2"),
    "issuer_verified": drop(r"(?i)issuer|\biss\b"),
    "audience_verified": drop(r"(?i)audience|\baud\b"),
    "expiry_verified": drop(r"\bexp\b|expir"),
    "leeway_stated": lambda text: re.sub(r"(?i)leeway", "delay", text),
    "token_lifetime": replace("MUST expire 15 minutes", "MUST expire 45 minutes"),
    "session_lifetime": replace("- A session MUST end 7 days", "- A session MUST end 30 days"),
    "status_consistent": replace("| 401 | `token_missing`", "| 403 | `token_missing`"),
    "status_contract": replace("| 404 | `not_found`", "| 403 | `not_owner`"),
    "environment_complete": drop(r"^\| `API_JWT_KEYS`"),
    "environment_sides": cut("### 8.2 Backend", "## 9."),
    "environment_contract": drop(r"^\| `CORS_ORIGINS`"),
    "dedicated_secret": replace("MUST be its own secret and MUST NOT equal", "MUST be the same as"),
    "invented_option": replace("cannot sign HS256", "signs HS256"),
    "challenge": lambda text: text.replace("WWW-Authenticate", "a header"),
    "refusal_body": lambda text: text.replace("`detail`", "`message`"),
    "cors": drop(r"(?i)\bcors\b|cross-origin"),
    "csrf": drop(r"\bCSRF\b.*\[browser"),
    "logging": drop(r"^- Logs MUST NOT"),
    "logging_decisions": drop(r"^- A refusal MUST be logged|^- Operability: The log"),
    "replay": drop(r"replay:stated"),
    "https": drop(r"HTTPS only"),
    "criteria_form": replace("*Probe: `sign_up`*", ""),
    "criteria_coverage": drop(r"AC-EXPIRED"),
    "criteria_contract": drop(r"AC-NO-LEAK"),
    "ownership_choice": replace("gets 403 on every method", "gets 403 or 404 on every method"),
    "owner_source": replace(
        "- The owner of a new object MUST be `sub`; an owner in the body MUST be ignored "
        "or refused.",
        "- The owner_id of a new object is sent in the body.",
    ),
    "list_scope": drop(r"^- Lists MUST"),
    "scope": replace("### 2.2 Out of scope", "### 2.2 Later"),
    "foreign_topic": replace("### 9.2", "- The API MUST send invoices.\n\n### 9.2"),
    "second_login": replace(
        "- The API MUST NOT sign users in", "- The API issues tokens and MAY sign users in"
    ),
    "web_storage": replace(
        "keeps the token in page memory only", "keeps the token in localStorage"
    ),
    "after_sign_out": replace(
        "sign-out does not reach the API.", "sign-out invalidates all tokens."
    ),
    "sign_out_ends_session": lambda text: re.sub(r"deletes the session", "says goodbye", text),
    "sign_up_endpoint": lambda text: text.replace("/sign-up/", "/join/"),
    "credentials_refused": drop(r"^- A wrong password and|INVALID_EMAIL_OR_PASSWORD"),
    "expired_code": lambda text: text.replace("token_expired", "token_invalid").replace(
        "the code", "it"
    ),
    "key_rotation": lambda text: re.sub(
        r"(?i)overlap|old pair|old key|both keys|of old and new", "x", text
    ),
    "endpoint_rules": drop(r"^\| DELETE \| `/api/"),
    "requirement_ids": replace("[token:audience]", "[token:audiences]"),
    "identity_values": replace(
        "- `iss` MUST equal `http://localhost:3000`", "- `iss` MUST equal `http://localhost:3000/`"
    ),
}
HAND_WRITTEN = {
    "shared_better_auth_secret.md": {
        "dedicated_secret": {4, 19, 31},
        "invented_option": {8, 12},
        "public_secret": {27},
        "token_lifetime": {35},
        "web_storage": {36},
        "cors": {37},
        "environment_sides": {22},
        "title": {1},
    },
    "mixed_algorithms.md": {
        "algorithm_mixed": {34},
        "required_claims": {13},
        "flows": {18},
        "token_lifetime": {36},
        "token_place": {37},
        "vague_words": {41},
        "audience_verified": {32},
        "pseudocode": {32},
        "sections": {1},
    },
    "swapped_statuses.md": {
        "status_consistent": {13, 14, 15, 16, 20},
        "ownership_choice": {7},
        "criteria_form": {20, 21},
        "criteria_coverage": {18},
        "open_questions": {23},
        "requirement_words": {1, 3},
    },
    "second_login.md": {
        "second_login": {5, 13, 14, 18},
        "refresh_stated": {13},
        "owner_source": {15},
        "environment_complete": {30},
        "token_in_url": {30},
        "logging": {32, 34},
        "web_storage": {9},
    },
    "chat.md": {
        "vague_words": {5, 13},
        "code_blocks": {7},
        "title": {3, 11},
        "foreign_topic": {14},
    },
}


@pytest.mark.parametrize(("slug", "case", "wanted"), CASES)
def test_each_check_tells_its_own_examples_apart(slug: str, case: Case, wanted: bool) -> None:
    contract = contract_of_every_level() if case.judged else None
    found = list(CHECKS[slug].check(parse_document(case.text), contract))
    assert bool(found) is wanted, found


@pytest.mark.parametrize("slug", sorted(EDITS))
def test_a_broken_specification_is_found_by_the_check_that_claims_it(slug: str) -> None:
    whole = specification()
    broken = EDITS[slug](whole)
    assert broken != whole
    assert slug in {f.rule for f in checklist(broken, default_contract())}


def test_every_check_of_a_specification_has_a_broken_specification() -> None:
    without_example = {"public_rule", "authenticated_rule", "role_rule", "permission_rule"}
    without_example |= {slug for slug in CHECKS if slug.startswith("organization_")}
    wanted = {slug for slug, check in CHECKS.items() if "spec" in check.kinds}
    assert wanted - without_example == set(EDITS)


@pytest.mark.parametrize("name", sorted(HAND_WRITTEN))
def test_hand_written_documents_are_judged_line_by_line(name: str) -> None:
    findings = checklist((BROKEN / name).read_text(encoding="utf-8"), None, name)
    for slug, lines in HAND_WRITTEN[name].items():
        assert {f.location.line for f in findings if f.rule == slug} == lines, slug


def test_a_hand_written_specification_that_is_complete_passes() -> None:
    assert checklist((BROKEN / "nothing_broken.md").read_text(encoding="utf-8")) == ()


def test_a_hand_written_specification_is_held_against_the_contract() -> None:
    found = checklist(
        (BROKEN / "nothing_broken.md").read_text(encoding="utf-8"), default_contract()
    )
    assert {f.rule for f in found} == {
        "criteria_contract",
        "endpoint_rules",
        "environment_contract",
        "identity_values",
        "required_claims",
    }


def test_a_finding_carries_everything_a_report_needs() -> None:
    (finding,) = list(checklist(EDITS["token_in_url"](specification()), None, "a.md"))
    assert (finding.rule, finding.category) == ("token_in_url", "token_in_url")
    assert finding.location.file == "a.md"
    line = EDITS["token_in_url"](specification()).splitlines()[finding.location.line - 1]
    assert "?access_token=" in line
    assert finding.requirement == "transport:one-place"
    assert finding.why.endswith(".") or finding.why.endswith(").")
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize("slug", sorted(CHECKS))
def test_a_check_explains_itself_and_cites_a_requirement(slug: str) -> None:
    check = CHECKS[slug]
    assert check.requirement in REQUIREMENTS
    assert check.flagged and check.accepted
    for text in (check.summary, check.why, check.remedy):
        assert re.match(r"[A-Z`4]", text) and text.rstrip("`").endswith(".")


def test_every_requirement_on_documents_has_a_check() -> None:
    wanted = {r.id for r in REQUIREMENTS.values() if Check.DOCUMENT in r.checks}
    assert wanted - {check.requirement for check in CHECKS.values()} == set()


def test_every_check_of_a_design_answers_exactly_one_question_of_the_self_check() -> None:
    listed = [slug for answer in answers(()) for slug in answer.checks]
    assert sorted(listed) == sorted(s for s, c in CHECKS.items() if "design" in c.kinds)
