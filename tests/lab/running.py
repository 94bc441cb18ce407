"""Starting the lab, whole or as a bare API, and probing it."""

from authpact.contract import Contract
from authpact.findings import Outcome, Run
from authpact.probe import ApplicationTarget, Signing, generate, run
from authpact.probe._serving import serve_application
from lab.api import build_api
from lab.issuer import build_issuer
from lab.verifying import State

AUTH_SECRET = "lab-secret-of-better-auth-made-for-tests-only"


def keys_of(algorithm: str) -> Signing:
    return Signing(generate(algorithm), generate(algorithm), generate(algorithm, "retired"))


def probe_lab(
    contract: Contract, *flaws: str, only: frozenset[str] = frozenset(), grants: bool = True
) -> Run:
    """Probe the whole lab: issuer, API, signing keys and the right to grant roles."""
    signing = keys_of(contract.token.algorithm)
    state = State(contract, frozenset(" ".join(flaws).split()))
    assert signing.retired is not None
    state.retired = {signing.retired.key_id: signing.retired.key}

    def grant(email: str, role: str) -> None:
        state.users[email]["roles"] = [role]

    with serve_application(build_issuer(state, signing.current)) as issuer:
        target = ApplicationTarget(
            "lab",
            lambda: build_api(state),
            issuer,
            AUTH_SECRET,
            signing,
            grant if grants else None,
        )
        return run(contract, target, only=only)


def probe_bare(contract: Contract, *flaws: str, only: frozenset[str] = frozenset()) -> Run:
    """Probe the lab's API alone: forged people, no issuer."""
    signing = keys_of(contract.token.algorithm)
    state = State(contract, frozenset(" ".join(flaws).split()))
    assert signing.retired is not None
    state.retired = {signing.retired.key_id: signing.retired.key}
    target = ApplicationTarget("lab", lambda: build_api(state), None, AUTH_SECRET, signing)
    return run(contract, target, only=only)


def probes_with(outcome: Outcome, judged: Run) -> set[str]:
    return {v.probe for v in judged.verdicts if v.outcome is outcome}
