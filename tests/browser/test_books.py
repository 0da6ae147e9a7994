"""The pages of the books in a real browser: they fit, keys turn pages, the chart is drawn, nothing breaks the policy (UX 4.12, 5.12)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.browser.conftest import Tab

pytestmark = pytest.mark.whole


@pytest.fixture
def books(house: Any) -> Any:
    """A clearing account with two pages of statement, over a week, and a debt."""
    from ledger.models import Account
    from tests.ledger.books import book, cr, deposit, dr

    holder, player = house.accounts[0].public_id, house.players[0].public_id
    for number in range(60):
        at = house.now - timedelta(days=6 - number // 10)
        book(house.entity, f"books:{number}", *deposit(player, 4200 + 377 * number, merchant=holder), at=at, intent_id=f"pi_{number:026d}")
    debt = (dr("receivable", player, 13000, ref="dp_1:1"), cr("clearing", holder, 13000, ref="dp_1:1"))
    taken = book(house.entity, "books:debt", *debt, at=house.now - timedelta(days=1))
    back = (cr("receivable", player, 1000, ref="dp_1:1"), dr("clearing", holder, 1000, ref="dp_1:1"))
    book(house.entity, "books:back", *back, at=house.now, reverses_id=taken.id)
    return Account.objects.get(entity=house.entity, kind="clearing", owner_ref=holder, asset="EUR"), taken.public_id


@pytest.mark.spec("L13")
@pytest.mark.parametrize(("width", "height", "dark"), [(1440, 900, False), (1440, 900, True), (390, 844, False), (390, 844, True)])
def test_pages_of_the_books_fit_and_keep_the_policy(books: Any, tab_of: Callable[..., Tab], width: int, height: int, dark: bool) -> None:
    account, posting = books
    tab = tab_of("ben", width=width, height=height, dark=dark)
    paths = {
        "account": f"/admin/ledger/account/{account.pk}/",
        "trial": "/admin/ledger/account/trial/",
        "receivables": "/admin/ledger/account/receivables/",
        "posting": f"/admin/ledger/journaltransaction/{posting}/",
        "accounts": "/admin/ledger/account/",
        "totals": "/admin/cashier/depositintent/totals/",
    }
    for path in paths.values():
        tab.go(path)
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert tab.complaints == []


@pytest.mark.spec("L13")
def test_keys_turn_the_pages_of_a_statement_and_open_a_posting(books: Any, tab_of: Callable[..., Tab]) -> None:
    account, _ = books
    tab = tab_of("ben")
    tab.go(f"/admin/ledger/account/{account.pk}/")
    chart = tab.page.locator("svg.ops-chart")
    assert chart.get_attribute("role") == "img" and chart.bounding_box()["height"] > 100
    tab.page.keyboard.press("o")
    tab.page.wait_for_url("**cursor=*")
    assert tab.page.get_by_text("Opening balance").first.is_visible()
    tab.page.keyboard.press("n")
    tab.page.wait_for_url("**-n*")
    assert tab.page.get_by_text("Closing balance").first.is_visible()
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("dp_1:1")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**reference=dp_1*")
    assert tab.page.locator("[data-ops-row]").count() == 2
    tab.page.locator("[data-ops-row] a.ops-name").first.click()
    tab.page.wait_for_url("**/journaltransaction/txn_*/**")
    assert tab.page.get_by_text("What proof and replay say").is_visible()
    assert tab.complaints == []
