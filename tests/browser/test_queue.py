"""The exception queue in a browser: rows, keys, phone and tablet (UX 4.2, 5.1, 5.2, 5.9, 5.10)."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from reconciliation.models import ExceptionCase

pytestmark = pytest.mark.whole

QUEUE = "/admin/reconciliation/exceptioncase/"
MONEY = re.compile(r"^−?\d{1,3}(,\d{3})*(\.\d+)? [A-Z]{3,5}(\.[A-Z]{3,5})?$")
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
WHOLE_ROWS = "[...document.querySelectorAll('[data-ops-row]')].filter(row => row.getBoundingClientRect().bottom <= innerHeight).length"


@pytest.mark.spec("E5")
def test_three_keys_from_home_to_the_case_that_is_due_first(tab_of: Callable[..., Any]) -> None:
    tab = tab_of("ada")
    tab.page.keyboard.press("g")
    tab.page.keyboard.press("e")
    tab.page.wait_for_url(f"**{QUEUE}*")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("[data-ops-record]")
    first = ExceptionCase.objects.order_by("due_at", "id").first()
    assert first is not None
    assert first.label in tab.page.inner_text(".ops-title h2")


@pytest.mark.spec("B6")
def test_twenty_whole_rows_on_a_laptop_and_nothing_scrolls_sideways(tab_of: Callable[..., Any]) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=open")
    assert tab.page.evaluate(WHOLE_ROWS) >= 20
    assert tab.page.locator(".ops-table th").count() <= 8
    for width, height, rows in ((1440, 900, 20), (820, 1180, 20), (390, 844, 6)):
        tab.page.set_viewport_size({"width": width, "height": height})
        inner, outer = tab.page.evaluate(WIDTHS)
        assert inner == outer, width
        assert tab.page.evaluate(WHOLE_ROWS) >= rows, width


def test_money_is_aligned_and_written_as_the_house_writes_it(tab_of: Callable[..., Any]) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=open")
    texts = tab.page.locator(".ops-table .ops-money").all_inner_texts()
    assert len(texts) == 40
    assert all(MONEY.match(text) for text in texts), texts[:3]
    edges = tab.page.evaluate("[...document.querySelectorAll('.ops-table .ops-money')].map(cell => cell.getBoundingClientRect().right)")
    assert max(edges) - min(edges) <= 1


def test_every_chip_says_its_state_in_a_word_beside_an_icon(tab_of: Callable[..., Any]) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=open")
    chips = tab.page.locator(".ops-chip")
    for number in range(chips.count()):
        icon = chips.nth(number).locator(".material-symbols-outlined").inner_text()
        assert icon
        assert chips.nth(number).inner_text().replace(icon, "").strip()
    dues = tab.page.locator(".ops-table .ops-due").all_inner_texts()
    assert any("late" in text for text in dues)
    assert any("in " in text for text in dues)


def test_moving_selecting_and_taking_cases_by_keyboard(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=unassigned")
    rows = list(ExceptionCase.objects.filter(assignee=None).order_by("due_at", "id")[:3])
    for key in ("x", "j", "x"):
        tab.page.keyboard.press(key)
    assert tab.page.inner_text("[data-ops-bulk-words]") == "2 selected"
    tab.page.keyboard.press("a")
    tab.page.wait_for_selector(".ops-strip-success")
    assert "2 assigned to you" in tab.page.inner_text(".ops-strip-success")
    assert set(ExceptionCase.objects.filter(pk__in=[row.pk for row in rows], assignee=house.staff["ada"])) == set(rows[:2])


def test_the_cursor_is_kept_when_coming_back(tab_of: Callable[..., Any]) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=open")
    for key in ("j", "j", "j", "Enter"):
        tab.page.keyboard.press(key)
    tab.page.wait_for_selector("[data-ops-record]")
    label = tab.page.inner_text(".ops-title h2").rpartition(" · ")[2]
    tab.page.keyboard.press("u")
    tab.page.wait_for_selector("[data-ops-list]")
    assert label in tab.page.inner_text("tr.ops-cursor")
    tab.page.keyboard.press("?")
    assert tab.page.locator("#ops-keys[open]").count() == 1
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("2")
    tab.page.wait_for_url("**view=soon**")


def test_single_keys_can_be_switched_off_and_rest_while_typing(tab_of: Callable[..., Any]) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=open")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("j1x")
    assert tab.page.input_value("[data-ops-search]") == "j1x"
    tab.page.evaluate("localStorage.setItem('ops-single-keys', 'off'); document.activeElement.blur()")
    tab.page.keyboard.press("2")
    tab.page.wait_for_timeout(300)
    assert "view=open" in tab.page.url


@pytest.mark.spec("E5")
def test_a_view_is_saved_and_many_are_commented_without_a_mouse(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ada")
    tab.go(f"{QUEUE}?view=open")
    tab.page.click(".ops-table th a.ops-sort:has-text('At risk')")
    tab.page.wait_for_url("**sort=amount**")
    tab.page.keyboard.press("s")
    tab.page.keyboard.type("Small first")
    tab.page.keyboard.press("Control+Enter")
    tab.page.wait_for_url("**kept=**")
    tab.go(QUEUE)
    tab.page.keyboard.press("8")
    tab.page.wait_for_url("**sort=amount**kept=**")
    assert "Small first" in tab.page.inner_text(".ops-view-on")
    smallest = list(ExceptionCase.objects.order_by("amount_minor", "id")[:2])
    for key in ("x", "j", "x", "c"):
        tab.page.keyboard.press(key)
    tab.page.keyboard.type("Asked the PSP about both")
    tab.page.keyboard.press("Control+Enter")
    tab.page.wait_for_selector(".ops-strip-success")
    assert "2 commented" in tab.page.inner_text(".ops-strip-success")
    assert all(case.entries.filter(kind="comment").count() == 1 for case in smallest)
    assert tab.complaints == []
