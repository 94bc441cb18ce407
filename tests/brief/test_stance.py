import pytest

from authpact.brief._facts import mentions
from authpact.brief._reading import read


def storage(text: str) -> set[tuple[object, str]]:
    return {(m.value, m.stance.value) for m in mentions(read(text)).of("session.storage")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Keep the token in memory.", {("memory", "wanted")}),
        ("Tokens not in localStorage, in memory.", {("storage", "refused"), ("memory", "wanted")}),
        (
            "Use memory instead of localStorage for tokens.",
            {("memory", "wanted"), ("storage", "refused")},
        ),
        ("localStorage is forbidden.", {("storage", "refused")}),
        (
            "Put the token in localStorage or keep it in memory?",
            {("storage", "open"), ("memory", "open")},
        ),
        ("Later we could use sessionStorage.", {("storage", "later")}),
        ("We move away from localStorage.", {("storage", "past")}),
        ("Not allowed: localStorage, sessionStorage.", {("storage", "refused")}),
        (
            "Kein localStorage; das Token bleibt im Arbeitsspeicher.",
            {("storage", "refused"), ("memory", "wanted")},
        ),
        ("Better Auth sets an HttpOnly session cookie.", set()),
        ("The database runs in memory during tests.", set()),
    ],
)
def test_what_is_mentioned_is_told_from_what_is_wanted(
    text: str, expected: set[tuple[object, str]]
) -> None:
    assert storage(text) == expected


def test_evidence_is_what_was_typed_even_where_it_was_mended() -> None:
    text = "Acess tokn: sesion lasts 2 days, stored in memmory"
    reading = read(text)
    found = mentions(reading).wanted("session.storage")[0]
    assert reading.typed(found.start, found.end)[0] == "memmory"


def test_words_that_only_look_like_known_ones_are_left_alone() -> None:
    text = "The API issues a passwort for what was taken and spared."
    assert read(text).text == text
