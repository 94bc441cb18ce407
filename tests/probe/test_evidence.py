"""What is printed about an exchange, and what never is."""

import pytest
from cryptography.hazmat.primitives import hashes, hmac

from authpact.probe import generate
from authpact.probe._forge import decode, keyed_with, payload_of, segment
from authpact.probe._mask import exchange, masked, replay
from authpact.probe._messages import Request, Response

TOKEN = generate("HS256").sign({"sub": "alice"})


def test_a_token_is_masked_wherever_it_stands() -> None:
    request = Request("GET", f"/api/me?access_token={TOKEN}").bearer(TOKEN)
    request = request.header("Cookie", f"token={TOKEN}").form(f"token={TOKEN}".encode())
    answer = Response(200, (("Set-Auth-Jwt", TOKEN),), f'{{"access_token":"{TOKEN}"}}'.encode())
    shown = exchange(request, answer, ())
    for text in (shown.request, shown.response, replay(request, "http://api", ())):
        assert not any(part in text for part in TOKEN.split("."))
    assert "Authorization: Bearer eyJ…(masked)…" in shown.request


def test_an_opaque_credential_is_masked_where_it_was_seen_before() -> None:
    answer = Response(200, (), b'{"note": "opaque-session-token"}')
    shown = exchange(Request("GET", "/"), answer, ["opaque-session-token"])
    assert shown.response == '200\n{"note": "(masked)"}'


def test_a_cookie_keeps_its_name_and_attributes_only() -> None:
    answer = Response(200, (("Set-Cookie", "sid=abcdef; Path=/; HttpOnly"),))
    assert (
        "Set-Cookie: sid=(masked); Path=/; HttpOnly"
        in exchange(Request("GET", "/"), answer, ()).response
    )


def test_a_password_in_a_body_is_masked() -> None:
    request = Request("POST", "/").json({"email": "a@example.test", "password": "probe-probe"})
    assert "probe-probe" not in exchange(request, Response(200), ()).request
    assert "probe-probe" not in replay(request, "http://api", ())


@pytest.mark.parametrize("value", [b"Bearer \xff\xfe", "Bearer " + "x" * 90_000, "Basic cHJvYmU6"])
def test_evidence_is_short_and_printable(value: str | bytes) -> None:
    request = Request("GET", "/").header("Authorization", value)
    shown = exchange(request, Response(0), ()).request
    assert len(shown) < 200
    assert shown.replace("\n", "").isprintable()


def test_a_replay_is_a_curl_command_with_variables() -> None:
    request = Request("PUT", "/api/notes/1").json({"title": "it's"}).bearer(TOKEN)
    command = replay(request.header("Cookie", "a=b"), "http://api", ())
    assert command.startswith("curl -i -X PUT http://api/api/notes/1")
    assert '-H "Authorization: Bearer $TOKEN"' in command
    assert '-H "Cookie: $COOKIE"' in command
    assert '\'{"title": "it\'"\'"\'s"}\'' in command


def test_ordinary_text_is_not_masked() -> None:
    assert masked("GET /api/tasks answered 200") == "GET /api/tasks answered 200"


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA", "ES256", "RS256", "PS256"])
def test_a_signer_signs_what_it_is_given(algorithm: str) -> None:
    token = generate(algorithm, "k").sign({"sub": "alice", "exp": 1})
    assert payload_of(token) == {"sub": "alice", "exp": 1}
    assert len(decode(token.split(".")[2])) in {32, 64, 256}


def test_a_weak_key_still_makes_the_hmac_of_rfc_2104() -> None:
    token = keyed_with(b"", {"sub": "alice"}, {"alg": "HS256"})
    mac = hmac.HMAC(b"", hashes.SHA256())
    mac.update(f"{segment({'alg': 'HS256'})}.{segment({'sub': 'alice'})}".encode())
    assert decode(token.split(".")[2]) == mac.finalize()


def test_a_key_is_not_in_the_repr_of_what_holds_it() -> None:
    signer = generate("HS256", "k")
    assert repr(signer) == "Signer(algorithm='HS256', key_id='k')"
