"""Which operations are open on purpose: probes, sign-in, pages and files for every visitor."""

import re
from typing import Final

from authpact.review.facts._routes import Route
from authpact.review.source._pattern import lazy

_PUBLIC: Final = lazy(
    r"(?:^|[/_-])(?:health\w*|ping|readiness|ready|liveness|live|livez|readyz|docs|openapi|login|log-in"
    r"|signin|sign-in|sign_in|signup|sign-up|sign_up|register|logout|sign-out|signout|sign_out|refresh"
    r"|token|jwks|forgot\w*|recover\w*|reset\w*|verify|verify-email|confirm\w*|callback|oauth\w*"
    r"|authorize|webhooks?|static|favicon\w*|well-known|csrf|get-session|unsubscribe|invit\w*|debug\w*"
    r"|test\w*|diagnos\w*)(?:$|[/_.-])",
    re.IGNORECASE,
)
_PUBLIC_WHOLE: Final = lazy(
    r"(?:^|[/_-])(?:version|status|metrics|info|root|leads?|contact|newsletter|waitlist|subscribe|demo"
    r"|sample\w*|config|pricing|plans|public|landing|me|session)(?:$|[/_.-])",
    re.IGNORECASE,
)
"""Public only when the path names no object."""
_OBJECT: Final = lazy(
    r"\{(?!\w*(?:token|code|key|provider|app|state|slug|service|uid|secret|path|name|email|hash)\w*[:}])\w+"
)
_ALWAYS: Final = lazy(
    r"(?:^|[/_-])(?:health\w*|docs|openapi|static|favicon\w*|well-known|webhooks?|callback|oauth\w*|invit\w*|debug\w*|diagnos\w*)(?:$|[/_.-])",
    re.IGNORECASE,
)
"""Public even where the path names an object; `/orders/{id}/confirm` is not."""
_KEPT: Final = lazy(
    r"/[\w-]*(?:history|audit[\w-]*|activit(?:y|ies)|logs|logins|sessions|devices|users|accounts|members)/?$",
    re.IGNORECASE,
)
"""What a service knows about people, wherever it stands: `/auth/login-history` is no sign-in."""
_READS: Final = lazy(r"\.query\(|select\(|\.execute\(|\.find\(|\.fetch\(|\.objects\b|SELECT\s")


_SPENT: Final = lazy(r"_API_KEY\b|\bapi_key\b|_API_SECRET\b|_api_key\b")
"""A key of the server itself: a session or a token made with it is no sign-in."""
_MADE: Final = lazy(r"(?:^|[/_-])(?:sessions?|tokens?|refresh)/?$", re.IGNORECASE)


def _spends(route: Route) -> bool:
    """Whether a route opens a session of another service at the cost of the server."""
    text = route.function.text
    made = route.method == "post" and _MADE.search(route.paths[0]) and "/auth" not in route.paths[0]
    return bool(made and _SPENT.search(text)) and not re.search(
        r"passw|refresh_token|\bcode\b", text
    )


def is_public(route: Route) -> bool:
    """Whether an operation is meant to answer without a token."""
    path = route.paths[0]
    if path in {"/", "/api", "/api/v1"} or route.method in {"options", "head"}:
        return True
    if route.method == "get" and _KEPT.search(path) and _READS.search(route.function.text):
        return False
    if _spends(route):
        return False
    named = _PUBLIC.search(path) and (_ALWAYS.search(path) or not _OBJECT.search(path))
    if named or re.search(r"/auth(?:/|$)|^(?:/api)?(?:/v\d+)?/public/", path):
        return True
    return (
        ("{" not in path and bool(_PUBLIC_WHOLE.search(path)))
        or _is_static(route)
        or _is_asset(route)
    )


def _is_static(route: Route) -> bool:
    """Whether a GET answers the same to everybody: no parameter, no store, no call but literals."""
    if route.method != "get" or route.function.parameters:
        return False
    body = route.function.text.partition(":\n")[2]
    return not re.search(
        r"await |session|\bdb\b|\.query|\.execute|Service|_store|tracker|repository|select\(", body
    )


_ASSETS: Final = lazy(r"(?:^|/)(?:fonts|icons|assets|images|static|locales)(?:/|$)")
_CACHED: Final = lazy(r"[\"']Cache-Control[\"']\s*[:,\]]\s*=?\s*f?[\"']public\b", re.IGNORECASE)


def _is_asset(route: Route) -> bool:
    """Whether a GET hands out what every visitor may see, and says so."""
    text = route.function.text
    return route.method == "get" and bool(
        _CACHED.search(text) or (_ASSETS.search(route.paths[0]) and "FileResponse(" in text)
    )
