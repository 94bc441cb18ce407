"""The contract that existing code implies, as TOML with what could not be told as comments."""

import re
from collections.abc import Iterator
from typing import Final

from authpact.review.facts._facts import Facts
from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_ALGORITHMS: Final = ("HS256", "EdDSA", "ES256", "RS256", "PS256")
_OWNER: Final = lazy(r"\{(\w*(?:user|owner)_?id\w*)\}", re.IGNORECASE)
_ORIGIN: Final = lazy(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_LOGIN: Final = lazy(
    r"/(?:login|log-in|sign-?in|sign_in|sign-?up|sign_up|register|logout|sign-?out|password|reset)\b"
    r"|/auth/|password-recovery|/login|access-token",
    re.IGNORECASE,
)
_LONGEST: Final = 3600
_SHORTEST: Final = 60


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _algorithm(facts: Facts) -> tuple[str, str]:
    """Return the algorithm, and where it was read."""
    for v in facts.verifications:
        for name in v.algorithms.literals:
            if name in _ALGORITHMS:
                return name, f"{v.module.path}:{v.call.line}"
    for issuer in facts.issuers.servers:
        if issuer.algorithm in _ALGORITHMS:
            return issuer.algorithm, f"{issuer.module.path}:{issuer.call.line}"
    return "HS256", ""


def _token(facts: Facts) -> Iterator[str]:
    algorithm, place = _algorithm(facts)
    yield "[token]"
    yield f'mode = "{"shared-secret" if algorithm == "HS256" else "jwks"}"'
    yield f'algorithm = "{algorithm}"  # {place or "assumed: no verification was found"}'
    lifetimes = [m.lifetime for m in facts.tokens.mints if m.lifetime]
    if lifetimes and _SHORTEST <= max(lifetimes) <= _LONGEST:
        yield f'lifetime = "{int(max(lifetimes))}s"'
    elif lifetimes:
        yield f"# tokens of the code live {int(max(lifetimes))} s; a contract allows 60 to 3600"


def _origins(facts: Facts) -> Iterator[str]:
    texts = ",".join(o for c in facts.cors for o in c.origins.literals).split(",")
    found = sorted(
        {t.strip().rstrip("/") for t in texts if _ORIGIN.fullmatch(t.strip().rstrip("/"))}
    )
    if found:
        yield "\n[frontend]"
        yield f"origins = [{', '.join(map(_quoted, found))}]"


def _access(route: Route, path: str) -> Iterator[str]:
    owner = _OWNER.search(path)
    if not route.protected:
        yield 'access = "public"  # nothing authenticates it'
    elif owner:
        yield 'access = "owner"'
        yield f'owner_from = "path:{owner[1]}"'
    else:
        yield 'access = "authenticated"'


def _endpoints(facts: Facts) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for route in facts.routes:
        for path in route.paths:
            plain = re.sub(r":\w+\}", "}", path)
            key = (route.method, plain)
            if not route.reachable or route.method not in _METHODS or key in seen:
                continue
            seen.add(key)
            if _LOGIN.search(plain):
                yield f"\n# left out, Better Auth signs users in: {route.method.upper()} {plain}"
                continue
            yield f"\n[[endpoints]]  # {route.module.path}:{route.line}"
            yield f'method = "{route.method.upper()}"\npath = {_quoted(plain)}'
            yield from _access(route, plain)


def infer(facts: Facts) -> str:
    """Return `authpact.toml` as the code implies it; every line names where it was read."""
    head = ["# What the code implies. Read it before you rely on it.", "version = 1\n"]
    return "\n".join([*head, *_token(facts), *_origins(facts), *_endpoints(facts)]) + "\n"
