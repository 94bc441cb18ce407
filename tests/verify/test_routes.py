"""Routes against rules: access:deny-by-default, access:public, access:authenticated.

Also access:role and access:permission, as far as they are declared.
"""

import pytest

from authpact import Contract
from authpact.verify import SOCKET, DeclaredRoute, judge_routes

RULES = {
    "/health": "public",
    "/me": "authenticated",
    "/api/{user_id}/tasks": "owner",
    "/admin": "role:admin",
    "/reports": "permission:reports:read",
}
CONTRACT = Contract.model_validate(
    {
        "endpoints": [
            {"method": "GET", "path": path, "access": access} for path, access in RULES.items()
        ]
    }
)


def routes(**changes: str) -> list[DeclaredRoute]:
    """Routes that keep every rule, with some demands replaced by path."""
    demands = {path: "" if access == "public" else access for path, access in RULES.items()}
    demands.update(changes)
    return [
        DeclaredRoute("GET", path, frozenset(filter(None, text.split(" "))))
        for path, text in demands.items()
    ]


def test_routes_that_keep_every_rule_have_no_problem() -> None:
    assert judge_routes(CONTRACT, routes()) == ()


@pytest.mark.parametrize("path", [p for p, access in RULES.items() if access != "public"])
def test_a_route_that_forgets_its_dependency_is_named(path: str) -> None:
    (problem,) = judge_routes(CONTRACT, routes(**{path: ""}))
    assert problem.startswith(f"GET {path} must enforce {RULES[path]}: declare ")


@pytest.mark.parametrize(
    ("path", "demands"),
    [
        ("/health", "authenticated"),
        ("/me", "role:admin"),
        ("/me", "owner"),
        ("/admin", "role:admin role:clerk"),
        ("/reports", "permission:reports:read owner"),
    ],
)
def test_a_route_that_asks_for_more_than_its_rule_is_named(path: str, demands: str) -> None:
    (problem,) = judge_routes(CONTRACT, routes(**{path: demands}))
    assert f"and the contract says {RULES[path]}" in problem


@pytest.mark.parametrize(
    ("path", "demands"),
    [
        ("/admin", "role:clerk"),
        ("/reports", "permission:reports:write"),
        ("/api/{user_id}/tasks", "role:admin"),
        ("/admin", "authenticated"),
    ],
)
def test_another_demand_does_not_stand_in_for_the_rule(path: str, demands: str) -> None:
    found = judge_routes(CONTRACT, routes(**{path: demands}))
    assert any(problem.startswith(f"GET {path} must enforce") for problem in found)


def test_asking_for_the_principal_beside_the_rule_is_no_problem() -> None:
    assert judge_routes(CONTRACT, routes(**{"/admin": "role:admin authenticated"})) == ()


def test_a_route_without_a_rule_is_named_with_the_nearest_rule() -> None:
    extra = DeclaredRoute("GET", "/api/{uid}/tasks", frozenset({"owner"}))
    (problem,) = judge_routes(CONTRACT, [*routes(), extra])
    assert problem == (
        "GET /api/{uid}/tasks has no rule in the contract; the contract has /api/{user_id}/tasks"
    )


def test_another_method_needs_a_rule_of_its_own() -> None:
    extra = DeclaredRoute("DELETE", "/me", frozenset({"authenticated"}))
    assert judge_routes(CONTRACT, [*routes(), extra]) == ("DELETE /me has no rule in the contract",)


def test_a_rule_without_a_route_is_named() -> None:
    (problem,) = judge_routes(CONTRACT, routes()[1:])
    assert problem == "GET /health is in the contract and the application has no such route"


def test_head_and_options_follow_their_get() -> None:
    extra = [DeclaredRoute(method, "/me", frozenset()) for method in ("HEAD", "OPTIONS")]
    assert judge_routes(CONTRACT, [*routes(), *extra]) == ()


def test_converters_are_not_part_of_a_path() -> None:
    changed = [r for r in routes() if "{" not in r.path]
    typed = DeclaredRoute("GET", "/api/{user_id:path}/tasks", frozenset({"owner"}))
    assert judge_routes(CONTRACT, [*changed, typed]) == ()


def test_a_socket_must_at_least_ask_who_is_calling() -> None:
    nobody = DeclaredRoute(SOCKET, "/live", frozenset())
    owner = DeclaredRoute(SOCKET, "/live", frozenset({"owner"}))
    known = DeclaredRoute(SOCKET, "/live", frozenset({"authenticated"}))
    assert len(judge_routes(CONTRACT, [*routes(), nobody])) == 1
    assert len(judge_routes(CONTRACT, [*routes(), owner])) == 1
    assert judge_routes(CONTRACT, [*routes(), known]) == ()
