from collections.abc import Iterator
from urllib.parse import urlsplit

from authpact.probe._case import NO_TOKEN, Case
from authpact.probe._judge import Tally
from authpact.probe._messages import Request, Response
from authpact.probe._probe import Attempt, Probe

_ALLOW = "Access-Control-Allow-Origin"


def foreign_origins(listed: tuple[str, ...]) -> Iterator[str]:
    """Return origins that are not listed: strangers and near misses."""
    yield from ("https://evil.example", "null")
    for origin in listed[:1]:
        parts = urlsplit(origin)
        yield f"{origin}.evil.example"
        yield f"{parts.scheme}://evil{parts.netloc}"
        yield f"{'http' if parts.scheme == 'https' else 'https'}://{parts.netloc}"


def preflight(case: Case, origin: str) -> Request:
    """Build what a browser asks before it sends a request with an Authorization header."""
    request = Request("OPTIONS", case.call(token=NO_TOKEN).path)
    request = request.header("Origin", origin)
    request = request.header("Access-Control-Request-Method", case.endpoint.method)
    return request.header("Access-Control-Request-Headers", "authorization")


def admitted(origin: str, response: Response) -> str:
    """Ask for this very origin and for the Authorization header."""
    allowed = response.header(_ALLOW)
    if allowed != origin:
        return f"answered {response.status} and allows {allowed!r}"
    names = (response.header("Access-Control-Allow-Headers") or "").lower()
    return "" if "authorization" in names else "does not allow the Authorization header"


def turned_away(origin: str, response: Response) -> str:
    """Ask for no permission for this origin."""
    allowed = response.header(_ALLOW)
    return f"is allowed by {allowed!r}" if allowed in {origin, "*"} else ""


def attempt(case: Case) -> Attempt:
    """Send preflights and refused requests from listed and foreign origins."""
    tally, listed = Tally(), case.contract.frontend.origins
    for origin in listed:
        response = yield preflight(case, origin).labelled("listed origin")
        tally.note(f"preflight of {origin}", admitted(origin, response), response)
        bare = case.call(token=NO_TOKEN).header("Origin", origin)
        response = yield bare.labelled("refused, listed origin")
        fault = "" if response.header(_ALLOW) == origin else "a refusal has no CORS headers"
        tally.note(origin, fault, response)
    for origin in foreign_origins(listed):
        for request in (preflight(case, origin), case.call().header("Origin", origin)):
            response = yield request.labelled("foreign origin")
            fault = turned_away(origin, response)
            tally.note(f"{request.method} from {origin}", fault, response)
    return tally.judge("Listed origins are allowed, others are not, refusals carry CORS headers.")


PROBE = Probe(
    requirement="browser:cors",
    summary="Sends preflights and requests from listed and foreign origins.",
    attempt=attempt,
)
