"""Trust in clearing and the player's lineage on laptop and phone: nothing scrolls sideways, nothing is complained of (L17, L18)."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.whole

WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.mark.spec("L17", "L18")
def test_both_pages_fit_laptop_and_phone(tab_of: Callable[..., Any], house: Any) -> None:
    tab = tab_of("ben")
    player = house.players[0]
    for path, words in (
        ("/admin/trust/", "Trust in clearing"),
        (f"/admin/cashier/player/{player.public_id}/", "What the balance is made of"),
    ):
        for width, height in ((1440, 900), (390, 844)):
            tab.page.set_viewport_size({"width": width, "height": height})
            tab.go(path)
            assert words in tab.page.inner_text("#main, body")
            inner, outer = tab.page.evaluate(WIDTHS)
            assert inner == outer, (path, width)
    assert tab.complaints == []
