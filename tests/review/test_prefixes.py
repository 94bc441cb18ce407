"""Paths of routes: prefixes that are put together, and routers that functions make."""

from authpact.review import Facts, review_tree, sort_texts

BOATS = """\
from fastapi import APIRouter

boats = APIRouter()

@boats.get("/{boat_id}")
def boat(boat_id: str):
    return boat_id
"""
FACTORIES = """\
from fastapi import APIRouter, FastAPI

def public_boats():
    router = APIRouter(prefix="/public")

    @router.get("/boats")
    def boats():
        return []

    return router

def harbour_boats():
    router = APIRouter(prefix="/harbour")

    @router.get("/boats")
    def boats():
        return []

    return router

app = FastAPI()
app.include_router(public_boats())

def start():
    made = harbour_boats()
    app.include_router(made)
"""


def paths(**files: str) -> set[str]:
    """Return the full paths of the routes that an application of a small tree serves."""
    facts = Facts(sort_texts({f"{name}.py": text for name, text in files.items()}))
    return {path for route in facts.served for path in route.paths}


def included(prefix: str, settings: str = "") -> set[str]:
    main = (
        "from fastapi import FastAPI\nfrom boats import boats\nfrom config import settings\n\n"
        f"ROOT = '/api'\napp = FastAPI()\napp.include_router(boats, prefix={prefix})\n"
    )
    config = f"class Settings(BaseSettings):\n    {settings or 'pass'}\n\nsettings = Settings()\n"
    return paths(main=main, boats=BOATS, config=config)


def test_a_prefix_in_an_f_string_takes_the_settings_default() -> None:
    found = included('f"{settings.api_prefix}/boats"', 'api_prefix: str = "/api/v1"')
    assert found == {"/api/v1/boats/{boat_id}"}


def test_a_prefix_is_added_up() -> None:
    assert included('ROOT + "/boats"') == {"/api/boats/{boat_id}"}


def test_a_part_that_nobody_tells_stays_marked() -> None:
    assert included('f"{settings.root}/boats"') == {"/<settings.root>/boats/{boat_id}"}


def test_routers_of_one_name_in_two_functions_keep_their_own_prefix() -> None:
    assert paths(main=FACTORIES) == {"/public/boats", "/harbour/boats"}
    assert not [r for r in Facts(sort_texts({"main.py": FACTORIES})).routes if r.shadow]


def test_routes_of_two_functions_do_not_hide_each_other() -> None:
    found = review_tree(sort_texts({"main.py": FACTORIES})).findings
    assert "route-hidden" not in {f.rule for f in found}
