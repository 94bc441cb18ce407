"""What the document templates may say: names and tables computed from the contract."""

from collections.abc import Callable

from authpact.compile._decisions import assumptions, choices, stated_values
from authpact.compile._durations import spoken
from authpact.compile._environment import variables
from authpact.compile._refusals import needs_remote_state, refusals
from authpact.contract import CLAIMS, Contract, criteria
from authpact.requirements import REQUIREMENTS


def facts(contract: Contract) -> dict[str, object]:
    """Return the names both documents share. Every value is plain data or a pure function."""
    token = contract.token
    environment = variables(contract)
    return {
        "contract": contract,
        "token": token,
        "keys": contract.keys,
        "shared": token.mode == "shared-secret",
        "silent": contract.session.reissue == "silent",
        "storage": contract.session.storage,
        "backchannel": contract.revocation.mode == "backchannel",
        "remote_state": needs_remote_state(contract),
        "lifetime": spoken(token.lifetime),
        "leeway": spoken(token.leeway),
        "session_lifetime": spoken(contract.session.lifetime),
        "session_end": _session_end(contract),
        "exposure": f"{spoken(token.lifetime)} plus {spoken(token.leeway)} leeway",
        "spoken": spoken,
        "claims": CLAIMS,
        "kinds": frozenset(endpoint.grant.kind for endpoint in contract.endpoints),
        "owned_paths": tuple(e for e in contract.endpoints if e.owner_parameter),
        "owned_objects": tuple(
            e for e in contract.endpoints if e.grant.kind == "owner" and e.resource_parameter
        ),
        "tenant_claim": contract.tenant_claim,
        "tenant_places": tuple(e for e in contract.endpoints if e.tenant_from),
        "choices": choices(contract),
        "further": tuple(c for c in choices(contract).values() if c.reason is None),
        "assumptions": assumptions(contract),
        "stated_values": stated_values(contract),
        "refusals": refusals(contract),
        "frontend_variables": tuple(v for v in environment if v.side == "frontend"),
        "backend_variables": tuple(v for v in environment if v.side == "backend"),
        "criteria": criteria(contract),
        "questions": questions(contract),
        "cite": _cite,
        "access_in_words": access_in_words(contract),
    }


_RENEWAL = 86400
"""Better Auth prolongs a session in use once it is a day old; a shorter one just ends."""


def _session_end(contract: Contract) -> str:
    lifetime = contract.session.lifetime
    since = "its last renewal" if lifetime > _RENEWAL else "sign-in"
    return f"{spoken(lifetime)} after {since}"


def questions(contract: Contract) -> tuple[str, ...]:
    """Return what no default can answer."""
    if contract.endpoints:
        return ()
    return ("Which operations does the API offer, and who may call each? None is listed yet.",)


def access_in_words(contract: Contract) -> Callable[[str], str]:
    """Return a function that says in words who an access level lets in."""
    subject = contract.ownership.subject

    def words(access: str) -> str:
        kind, _, name = access.partition(":")
        return {
            "public": "everybody",
            "authenticated": "any valid token",
            "owner": f"the owner (`{subject}`)",
            "role": f"role `{name}`",
            "permission": f"permission `{name}`",
        }[kind]

    return words


def _cite(*ids: str) -> str:
    """Print requirement ids; an unknown id raises KeyError, so no document can cite one."""
    return " ".join(f"[{REQUIREMENTS[name].id}]" for name in ids)
