"""A person's way through the example, in a real browser against the real two halves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.browser.conftest import Visitors

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("api")
def test_a_task_survives_a_reload_and_stays_with_its_owner(visitors: Visitors) -> None:
    ada = visitors.arrive()
    ada.open("/")
    ada.screenshot("01-home")
    ada.open("/sign-up")
    ada.screenshot("02-sign-up")
    ada.sign_up("Ada")
    ada.sees("Nothing to do")
    ada.screenshot("03-no-tasks")
    ada.add_task("Water the plants")
    ada.add_task("Return the library books")
    ada.page.get_by_role("checkbox", name="Water the plants").click()
    ada.sees("1 of 2 done")
    ada.page.reload()
    ada.sees("1 of 2 done")
    ada.screenshot("04-tasks")

    grace = visitors.arrive()
    grace.sign_up("Grace")
    grace.sees("Nothing to do")
    grace.sees_no("Water the plants")


@pytest.mark.usefixtures("api")
def test_a_task_is_renamed_and_deleted(visitors: Visitors) -> None:
    alan = visitors.arrive()
    alan.sign_up("Alan")
    alan.add_task("Buy bread")
    alan.click("Edit Buy bread")
    alan.write("Title", "Bake bread")
    alan.screenshot("05-edit")
    alan.click("Save")
    alan.sees("Bake bread")
    alan.sees_no("Buy bread")
    alan.click("Delete Bake bread")
    alan.sees("Nothing to do")


@pytest.mark.usefixtures("api")
def test_signing_out_closes_the_tasks_and_a_wrong_password_does_not_open_them(
    visitors: Visitors,
) -> None:
    mary = visitors.arrive()
    mary.sign_up("Mary")
    mary.add_task("Call home")
    mary.click("Sign out")
    mary.is_at("/sign-in")
    mary.open("/tasks")
    mary.is_at("/sign-in")
    mary.sign_in("Mary", "not the password")
    mary.is_told("E-mail address or password is wrong.")
    mary.screenshot("06-wrong-password")
    mary.sign_in("Mary")
    mary.is_at("/tasks")
    mary.sees("Call home")


def test_an_api_that_is_down_is_named_and_not_taken_for_a_sign_out(visitors: Visitors) -> None:
    edsger = visitors.arrive()
    edsger.sign_up("Edsger")
    edsger.is_told("The task service cannot be reached.")
    edsger.screenshot("07-api-down")


@pytest.mark.usefixtures("api")
def test_a_session_that_ended_elsewhere_asks_to_sign_in_again(visitors: Visitors) -> None:
    barbara = visitors.arrive()
    barbara.sign_up("Barbara")
    barbara.sees("Nothing to do")
    barbara.in_another_tab().click("Sign out")
    barbara.wait_minutes(20)
    barbara.write("New task", "Too late")
    barbara.click("Add task")
    barbara.is_told("You are signed out.")
    barbara.screenshot("08-signed-out")


@pytest.mark.usefixtures("api")
def test_an_expired_token_is_replaced_without_a_word(visitors: Visitors) -> None:
    donald = visitors.arrive()
    donald.sign_up("Donald")
    donald.sees("Nothing to do")
    donald.wait_minutes(20)
    with donald.page.expect_response("**/api/auth/api-token"):
        donald.write("New task", "Still here")
        donald.click("Add task")
    donald.sees("Still here")
