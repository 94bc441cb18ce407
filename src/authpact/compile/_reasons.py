"""Why each choice is right: security, correctness, operability, minimal change."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from authpact.compile._durations import spoken
from authpact.contract import Contract


@dataclass(frozen=True, slots=True)
class Reason:
    """One choice on four scales, one sentence each."""

    security: str
    correctness: str
    operability: str
    minimal_change: str


def algorithm_value(contract: Contract) -> str:
    """Return the algorithm with the kind of key it needs."""
    name = contract.token.algorithm
    if contract.algorithm.symmetric:
        return f"{name} with one dedicated shared secret"
    return f"{name} with a key pair at the issuer and a published key set (JWKS)"


def algorithm(contract: Contract) -> Reason:
    """Weigh a shared secret against a key pair."""
    if contract.algorithm.symmetric:
        return Reason(
            "Both sides could sign, so the key is dedicated and both sides belong to one team."
            " Where the API is run by others, use the `jwks` mode.",
            "One algorithm, one key family. The `jwt()` plugin of Better Auth cannot sign HS256,"
            " so a plugin endpoint signs with jose.",
            "No key set to serve, fetch or cache; the API verifies while the issuer is down.",
            "Two variables on each side.",
        )
    keys = contract.keys
    return Reason(
        "The API holds no signing key: whoever reads its memory cannot issue tokens.",
        f"One asymmetric algorithm; {contract.token.algorithm} is signed by Better Auth's "
        f"own key pair.",
        f"The API fetches the key set, keeps it {spoken(keys.cache)} and lives on it up to"
        f" {spoken(keys.stale_if_error)} when the issuer is down.",
        "The `jwt()` plugin brings key pair, storage and key set; one variable on the API.",
    )


def issuer_audience(_: Contract) -> Reason:
    """Weigh exact comparison against lenient matching."""
    return Reason(
        "A token for another API, or of another issuer, is worthless here.",
        "Exact comparison finds a wrong slash in the first test and not in production.",
        "Two optional variables replace both values in one deployment.",
        "Both values are configured once; no discovery, no list.",
    )


def transport(_: Contract) -> Reason:
    """Weigh the header against cookies, query and body."""
    return Reason(
        "A browser never adds this header by itself, and URLs reach logs and histories.",
        "One place: no request can be read in two ways.",
        "Every HTTP client, proxy and API console knows it (RFC 6750).",
        "FastAPI reads it with its own security scheme.",
    )


_STORAGE_VALUES: Final = MappingProxyType(
    {
        "memory": "in page memory only",
        "cookie": "in an HttpOnly cookie that only the Next.js server reads",
        "storage": "in `sessionStorage`, with its caveat",
    }
)

_STORAGE: Final = MappingProxyType(
    {
        "memory": Reason(
            "Nothing that outlives the page holds the token; a script on the page could "
            "still use it.",
            "After a reload the session obtains a new token, so no stale one is found.",
            "One extra request per page load.",
            "One module variable.",
        ),
        "cookie": Reason(
            "No script can read the token; the price is an origin check on every changing request.",
            "The Next.js server binds the token to the session on every call.",
            "Every API call passes through Next.js: one more hop to run and to scale.",
            "One route handler; the API still reads the header only.",
        ),
        "storage": Reason(
            "Every script of the origin can read the token, so one XSS hole gives it away until it"
            " expires; memory is the safer choice.",
            "The token survives a reload and can be older than the session.",
            "No extra request after a reload.",
            "One module.",
        ),
    }
)


def storage_value(contract: Contract) -> str:
    """Return where the browser keeps the token."""
    return _STORAGE_VALUES[contract.session.storage]


def storage(contract: Contract) -> Reason:
    """Weigh page memory, HttpOnly cookie and web storage."""
    return _STORAGE[contract.session.storage]


def refresh_value(contract: Contract) -> str:
    """Return what happens when an access token runs out."""
    if contract.session.reissue == "silent":
        return "no refresh tokens; the live session re-issues access tokens silently"
    return "no refresh tokens and no silent re-issue; the user signs in again"


def refresh(contract: Contract) -> Reason:
    """Weigh the session against a refresh token."""
    again = (
        "No rotation, no reuse detection, no further table."
        if contract.session.reissue == "silent"
        else f"The user signs in again after {spoken(contract.token.lifetime)}."
    )
    return Reason(
        "No second long-lived credential exists; sign-out and a ban end issuing at once.",
        "One thing decides whether a user is signed in: the session.",
        again,
        "Better Auth has the session already.",
    )


def ownership_value(contract: Contract) -> str:
    """Return what a stranger is told about a path and about an object."""
    rules = contract.ownership
    paths, objects = _owned(contract)
    said = [f"foreign path {rules.foreign_path}"] if paths or not objects else []
    if objects or not paths:
        said.append(f"foreign object {rules.foreign_resource}")
    return ", ".join(said)


_PATH: Final = MappingProxyType(
    {
        403: "The caller wrote the user id into the path, so 403 reveals nothing new.",
        404: "404 does not confirm that the user id in the path exists.",
    }
)
_RESOURCE: Final = MappingProxyType(
    {
        404: "404 hides whether an object id exists, so ids cannot be probed.",
        403: "403 confirms that an object id exists, so ids must not be guessable.",
    }
)


def ownership(contract: Contract) -> Reason:
    """Weigh 403 against 404 for paths and for objects."""
    rules = contract.ownership
    paths, objects = _owned(contract)
    security = [_PATH[rules.foreign_path]] if paths or not objects else []
    if objects or not paths:
        security.append(_RESOURCE[rules.foreign_resource])
    look_up = (
        "A foreign row is treated as one that is not there."
        if rules.foreign_resource == 404  # noqa: PLR2004
        else "A foreign row and an absent one get different answers, as they are."
    )
    return Reason(
        " ".join(security),
        look_up if objects else "The path is compared before any data is touched.",
        "The log keeps subject and code, so that both cases can be told apart there.",
        "One dependency on the route, one comparison for the row.",
    )


def _owned(contract: Contract) -> tuple[bool, bool]:
    """Tell whether users own paths, and whether they own single objects."""
    owned = [e for e in contract.endpoints if e.grant.kind == "owner"]
    return any(e.owner_parameter for e in owned), any(e.resource_parameter for e in owned)


def revocation_value(contract: Contract) -> str:
    """Return what ends an issued token early."""
    if contract.revocation.mode == "none":
        return "none; issued tokens run out by themselves"
    return f"backchannel logout, remembered in {contract.revocation.store}"


def revocation(contract: Contract) -> Reason:
    """Weigh short lifetimes against telling the API."""
    gone = f"{spoken(contract.token.lifetime)} plus {spoken(contract.token.leeway)} leeway"
    if contract.revocation.mode == "none":
        return Reason(
            f"A stolen token works for at most {gone}; this is accepted.",
            "Verification depends on the token, the key and the clock only.",
            "No shared state between API processes.",
            "Nothing to build.",
        )
    shared = (
        "One API process only: memory is not shared; several processes need `redis`."
        if contract.revocation.store == "memory"
        else "All API processes share one Redis; while it is down they answer 503."
        if contract.revocation.when_unavailable == "refuse"
        else "All API processes share one Redis; while it is down they accept tokens unasked."
    )
    return Reason(
        "A token of an ended session is refused within seconds.",
        "The logout token is signed like an access token and has a type of its own.",
        shared,
        "One endpoint at the API, one hook at the issuer.",
    )
