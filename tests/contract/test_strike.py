"""What looks like a secret is struck out of a text; the rest stays as it is."""

import pytest

from authpact.contract import STRUCK, struck

RANDOM = "Zk3" + "x9Qw7LmT2vRb8NcY5pHs" * 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"API_JWT_SECRET={RANDOM}", f"API_JWT_SECRET={STRUCK}"),
        (f'the secret is "{RANDOM}".', f'the secret is "{STRUCK}".'),
        ("password: hunter2", f"password: {STRUCK}"),
        ("BETTER_AUTH_SECRET=changeme", f"BETTER_AUTH_SECRET={STRUCK}"),
        ("postgres://app:pass@db/notes", f"postgres://{STRUCK}@db/notes"),
        ("key " + "0f" * 32, f"key {STRUCK}"),
        ("Bearer eyJhbGciOiJIUzI1" + ".eyJzdWIiOiIxMjM0" * 2, f"Bearer {STRUCK}"),
        (f"-----BEGIN PRIVATE KEY-----\n{RANDOM}\n-----END PRIVATE KEY-----", STRUCK),
        (f"-----BEGIN PRIVATE KEY-----\n{RANDOM}", STRUCK),
    ],
)
def test_a_secret_is_struck_out(text: str, kept: str) -> None:
    assert struck(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "The secret is shared by both sides; the token is short-lived.",
        "Tokens: JWT, 15m, HS256. token: bearer. The password is checked by Better Auth.",
        "GET /api/{user_id}/tasks/{id}/complete at http://localhost:3000",
        "API_JWT_SECRET and BETTER_AUTH_SECRET are names, not values.",
        "",
    ],
)
def test_words_that_speak_of_secrets_stay(text: str) -> None:
    assert struck(text) == text
