"""Dialogs, decisions and the policy in a browser (UX 2.8, 5.4, 5.11, 5.12, 5.17)."""

from collections.abc import Callable
from typing import Any

import pytest

from ledger.models import AuditRecord
from reconciliation.models import CaseEntry, ExceptionCase

pytestmark = pytest.mark.whole

QUEUE = "/admin/reconciliation/exceptioncase/"
PAGES = (
    "/admin/",
    QUEUE + "?view=open",
    "/admin/cashier/depositintent/",
    "/admin/cashier/attempt/",
    "/admin/cashier/pspevent/?view=all",
    "/admin/cashier/payoutintent/",
    "/admin/cashier/player/",
    "/admin/cashier/merchantaccount/",
    "/admin/disputes/dispute/?view=open",
    "/admin/reconciliation/reconciliationrun/",
    "/admin/reconciliation/sourcefile/",
    "/admin/reconciliation/dailyclose/",
    "/admin/reconciliation/reasoncode/",
    "/admin/ledger/approvalrequest/?view=others",
    "/admin/ledger/account/",
    "/admin/ledger/journaltransaction/",
    "/admin/ledger/auditrecord/",
)
INSIDE = "document.querySelector('dialog[open]').contains(document.activeElement)"
UNNAMED = """[...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea')]
  .filter(item => item.offsetParent && !(item.textContent.trim() || item.value || item.getAttribute('aria-label') || item.title
    || item.labels?.length || item.placeholder || item.querySelector('img[alt]')))
  .map(item => item.outerHTML.slice(0, 120))"""


@pytest.mark.spec("S7", "B6")
@pytest.mark.parametrize(("dark", "width", "height"), [(False, 1440, 900), (True, 820, 1180)])
def test_a_tour_of_every_page_breaks_no_policy_and_asks_nobody_else(
    tab_of: Callable[..., Any], dark: bool, width: int, height: int
) -> None:
    tab = tab_of("ben", width, height, dark)
    for path in PAGES:
        tab.go(path)
        tab.page.wait_for_load_state("networkidle")
        assert tab.page.evaluate("document.documentElement.classList.contains('dark')") is dark
        assert tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
        assert tab.page.evaluate(UNNAMED) == [], path
        row = tab.page.locator("[data-ops-row] .ops-name, [data-ops-row] a.ops-id").first
        if path != "/admin/" and row.count():
            row.click()
            tab.page.wait_for_load_state("networkidle")
            assert tab.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), tab.page.url
    assert tab.complaints == []


def test_the_dialog_takes_the_focus_keeps_it_and_gives_it_back(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}{house.cases[0].label}/")
    tab.page.focus("[data-ops-open=dialog-wait]")
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate(INSIDE)
    for _ in range(12):
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate(f"{INSIDE} || document.activeElement === document.body")
    tab.page.keyboard.press("Escape")
    assert tab.page.evaluate("document.activeElement.dataset.opsOpen") == "dialog-wait"
    tab.page.keyboard.press("c")
    assert tab.page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    tab.page.keyboard.type("Called the PSP, they look into it")
    tab.page.keyboard.press("Control+Enter")
    tab.page.wait_for_selector(".ops-strip-success")
    assert CaseEntry.objects.filter(case=house.cases[0], kind="comment", text="Called the PSP, they look into it").count() == 1


def test_a_double_click_sends_one_request(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}{house.cases[1].label}/")
    tab.page.click("[data-ops-open=dialog-comment]")
    tab.page.fill("#dialog-comment textarea", "Twice, quickly")
    tab.page.dblclick("#dialog-comment [type=submit]")
    tab.page.wait_for_selector(".ops-strip-success")
    assert CaseEntry.objects.filter(case=house.cases[1], kind="comment").count() == 1


def test_a_reason_that_is_too_short_is_not_sent(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}{house.cases[2].label}/")
    tab.page.keyboard.press("e")
    tab.page.keyboard.type("late")
    tab.page.keyboard.press("Control+Enter")
    tab.page.wait_for_timeout(500)
    assert tab.page.locator("#dialog-escalate[open]").count() == 1
    assert ExceptionCase.objects.get(pk=house.cases[2].pk).escalated_at is None


@pytest.mark.spec("P4")
def test_payouts_are_decided_in_a_row_by_keyboard(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("rafe")
    tab.go("/admin/cashier/payoutintent/")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[data-ops-record]")
    for _ in range(2):
        before = tab.page.inner_text(".ops-title h2")
        tab.page.keyboard.press("n")
        tab.page.keyboard.type("The documents are not those of the player")
        tab.page.keyboard.press("Control+Enter")
        tab.page.wait_for_function("before => document.querySelector('.ops-title h2')?.innerText !== before", arg=before)
        assert tab.page.url.startswith(f"{tab.site}/admin/cashier/payoutintent/")
    assert AuditRecord.objects.filter(act="approval.rejected", actor_id=str(house.staff["rafe"].pk)).count() == 2


@pytest.mark.spec("P4")
def test_beside_the_list_a_payout_shows_why_first_and_cuts_no_table(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("rafe")
    tab.go("/admin/cashier/payoutintent/")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(".ops-rail")

    panels = tab.page.locator(".ops-panel h3")
    why, gates, postings = (
        panels.filter(has_text=name).first.bounding_box()["y"] for name in ("Why a person is asked", "Gates", "Postings")
    )
    assert why < gates < postings
    assert gates < tab.page.viewport_size["height"], "what is decided by is seen without scrolling"
    assert tab.page.evaluate("[...document.querySelectorAll('.ops-scroll')].every(box => box.scrollWidth <= box.clientWidth)")


def test_an_auditor_finds_no_button(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ola")
    for path in (f"{QUEUE}{house.cases[0].label}/", f"/admin/cashier/payoutintent/{house.payouts[0].public_id}/"):
        tab.go(path)
        assert tab.page.locator(".ops-bar").count() == 0
        assert tab.page.locator("main form[method=post], .ops form[method=post]").count() == 0


def test_ids_are_found_from_the_palette(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ada")
    tab.page.keyboard.press("Control+k")
    tab.page.focus("#search-input-command")
    tab.page.keyboard.type(house.cases[0].label)
    tab.page.wait_for_selector("#command-results-list a")
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[data-ops-record]")
    assert house.cases[0].label in tab.page.inner_text(".ops-title h2")
