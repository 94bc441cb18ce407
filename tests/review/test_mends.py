"""A mend removes what it is for, changes nothing else, and only safe ones are written."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authpact.cli._app import run
from authpact.findings import Finding
from authpact.review import Case, Facts, all_rules, findings_in, fix, mended, patch, sort_texts

CASES = [(slug, case) for slug, rule in all_rules().items() for case in rule.flagged]
SAFE = {"challenge-missing", "key-set-blocks-loop", "option-ignored", "scheme-case-sensitive"}
UNSAFE = {
    "cookie-without-secure",
    "default-secret",
    "expiry-not-checked",
    "expiry-not-required",
    "mismatch-as-401",
    "role-at-sign-up",
    "version-advisory",
}
GUARD = (
    "from fastapi import Depends, HTTPException\n\n"
    "def current(token):\n"
    "    raise HTTPException(\n        status_code=401,\n        detail='no',\n    )\n"
)


def found(files: dict[str, str], slug: str) -> tuple[Finding, ...]:
    return findings_in(Facts(sort_texts(files)), [slug])


def after(case: Case, finding: Finding) -> dict[str, str]:
    assert finding.mend
    file = finding.location.file
    return {**case.files, file: mended(case.files[file], [finding.mend])}


@pytest.mark.parametrize(
    ("slug", "case"), CASES, ids=[f"{s}-{i}" for i, (s, _) in enumerate(CASES)]
)
def test_a_mend_removes_its_finding(slug: str, case: Case) -> None:
    before = found(case.files, slug)
    for finding in before:
        if finding.mend:
            assert len(found(after(case, finding), slug)) == len(before) - 1


def test_these_rules_have_mends_and_these_are_safe() -> None:
    pairs = {(slug, f.mend.safe) for slug, c in CASES for f in found(c.files, slug) if f.mend}
    assert {slug for slug, safe in pairs if safe} == SAFE
    assert {slug for slug, safe in pairs if not safe} == UNSAFE


def test_an_argument_is_added_in_the_manner_of_the_call() -> None:
    finding = found({"a.py": GUARD}, "challenge-missing")[0]
    assert after(Case({"a.py": GUARD}), finding)["a.py"].endswith(
        '        detail=\'no\',\n        headers={"WWW-Authenticate": "Bearer"},\n    )\n'
    )


def test_a_call_with_a_comment_in_it_is_left_to_a_person() -> None:
    text = GUARD.replace("401,", "401,  # who")
    assert found({"a.py": text}, "challenge-missing")[0].mend is None


def test_a_dependency_that_waits_for_something_stays_async() -> None:
    case = next(c for s, c in CASES if s == "key-set-blocks-loop")
    text = case.files["auth.py"]
    used = {"auth.py": text, "api.py": "def route(user=Depends(current_user)): ...\n"}
    mend = found(used, "key-set-blocks-loop")[0].mend
    assert mend and "\ndef current_user(" in mended(text, [mend])
    for more in ("await current_user(x)", ""):
        waiting = {**used, "b.py": f"async def f(x):\n    {more or 'await x'}\n"}
        assert (found(waiting, "key-set-blocks-loop")[0].mend is None) is bool(more)


def test_a_member_that_stands_alone_takes_its_line_along() -> None:
    text = (
        'import { betterAuth } from "better-auth";\n'
        "export const auth = betterAuth({ plugins: [jwt({\n"
        '  algorithm: "HS256",\n  jwks: { rotationInterval: 1 },\n})] });\n'
    )
    finding = found({"auth.ts": text}, "option-ignored")[0]
    assert after(Case({"auth.ts": text}), finding)["auth.ts"] == text.replace(
        '  algorithm: "HS256",\n', ""
    )


def test_a_change_that_does_not_do_what_it_says_is_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = Facts(sort_texts({"a.py": GUARD}))
    monkeypatch.setattr("authpact.review._fix.mended", lambda text, _: text + "# nothing\n")
    done = fix(facts, findings_in)
    assert (done.texts, done.findings, done.left) == ({}, (), ("a.py",))


def test_places_behind_the_first_one_of_a_function_are_mended_too() -> None:
    text = GUARD + "    raise HTTPException(401)\n"
    done = fix(Facts(sort_texts({"a.py": text})), findings_in)
    assert done.texts["a.py"].count("WWW-Authenticate") == 2
    assert [f.location.line for f in done.findings] == [4, 9]  # one line was added before it


@given(st.text(alphabet="ab\n", max_size=40), st.data())
def test_what_stands_outside_of_a_mend_stays(text: str, data: st.DataObject) -> None:
    from authpact.review._mends import span  # noqa: PLC0415  # a part of the inside

    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    change = span(text, start, end, "NEW\n", safe=True)
    assert mended(text, [change]) == text[:start] + "NEW\n" + text[end:]


def test_fix_writes_safe_mends_keeps_line_ends_and_reports_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "auth.py"
    unsafe = "\ndef read(r, token):\n    r.set_cookie('session_token', token, httponly=True)\n"
    file.write_bytes((GUARD + unsafe).replace("\n", "\r\n").encode())
    file.chmod(0o640)
    assert run(["review", str(tmp_path), "--fix", "--format", "json"]) == 1
    shown = capsys.readouterr()
    text = file.read_bytes()
    assert b'headers={"WWW-Authenticate": "Bearer"},\r\n' in text
    assert text.count(b"\n") == text.count(b"\r\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert "mended auth.py:4 challenge-missing" in shown.err
    rules = {f["rule"]: f["mend"] for f in json.loads(shown.out)["findings"]}
    assert "challenge-missing" not in rules
    assert rules["cookie-without-secure"]["safe"] is False
    assert b"secure" not in text


def test_what_is_suppressed_is_not_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "auth.py"
    comment = "    # authpact: ignore[challenge-missing] the proxy adds it\n    raise"
    file.write_text(GUARD.replace("    raise", comment))
    run(["review", str(tmp_path), "--fix"])
    assert "WWW-Authenticate" not in file.read_text()
    capsys.readouterr()


def test_an_unsafe_mend_is_shown_as_a_patch_that_git_can_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slug = "expiry-not-checked"
    case = next(c for s, c in CASES if s == slug)
    (tmp_path / "auth.py").write_text(case.files["auth.py"])
    lines = patch(found(case.files, slug)[0], case.files["auth.py"])
    subprocess.run(
        ["git", "apply"], cwd=tmp_path, input="\n".join(lines) + "\n", text=True, check=True
    )
    assert found({"auth.py": (tmp_path / "auth.py").read_text()}, slug) == ()
    (tmp_path / "auth.py").write_text(case.files["auth.py"])
    assert run(["review", str(tmp_path)]) == 1
    assert '-    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp"' in (
        capsys.readouterr().out
    )
    assert (tmp_path / "auth.py").read_text() == case.files["auth.py"]


def test_a_patch_never_shows_the_secret_it_removes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = "published-" + "default-value"
    (tmp_path / "config.py").write_text(f'import os\n\nKEY = os.getenv("JWT_SECRET", "{value}")\n')
    for shape in ("terminal", "json", "sarif", "markdown", "html"):
        assert run(["review", str(tmp_path), "--format", shape]) == 1
        shown = capsys.readouterr().out
        assert value not in shown
        assert "JWT_SECRET" in shown
