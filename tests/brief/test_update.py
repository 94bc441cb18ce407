from authpact.brief import Given, changes, draft, patched, updated
from authpact.contract import parse, to_toml


def contract_of(text: str) -> object:
    found = parse(text).contract
    assert found is not None
    return found


OLD = draft(
    "Notes app, users own their notes. 15 minute tokens, JWT without expiry.",
    Given(accepted={"no-expiry": "kiosk"}),
).contract


def test_only_what_the_new_brief_speaks_about_changes() -> None:
    new = updated(OLD, draft("Access tokens live 5 minutes now."))
    assert [c.field for c in changes(OLD, new)] == ["token.lifetime", "decisions.token-lifetime"]
    assert new.deviations == OLD.deviations


def test_operations_are_added_and_none_is_lost() -> None:
    new = updated(OLD, draft("Users also manage their own labels."))
    assert new.endpoints[: len(OLD.endpoints)] == OLD.endpoints
    assert any("labels" in e.path for e in new.endpoints)


def test_comments_and_order_of_the_file_are_kept() -> None:
    text = to_toml(OLD).replace('lifetime = "15m"', 'lifetime = "15m"  # agreed with Ines', 1)
    text = text.replace("[keys]", "# never touch\n[keys]")
    new = updated(OLD, draft("Access tokens live 5 minutes, sessions 2 days, role auditor."))
    result = patched(text, OLD, new)
    assert contract_of(result) == new
    assert 'lifetime = "5m"  # agreed with Ines' in result
    assert "# never touch\n[keys]" in result


def test_a_brief_that_says_nothing_new_changes_nothing() -> None:
    assert changes(OLD, updated(OLD, draft(""))) == ()
    assert patched(to_toml(OLD), OLD, OLD) == to_toml(OLD)
