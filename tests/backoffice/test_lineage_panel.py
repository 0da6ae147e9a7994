"""The player's page tells what the balance is made of (L18)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.backoffice.pressing import place_of


@pytest.mark.spec("L18", "G1")
def test_the_lots_on_the_page_add_up_to_the_balance(browser_of: Callable[[str], Client], scene: Any) -> None:
    from cashier.queries.lineage import list_funding
    from ledger.queries import wallet_view

    for player in scene.players:
        page = browser_of("ben").get(place_of(player).url_of(player))
        [panel] = [panel for panel in page.context["record"].main if panel.title == "What the balance is made of"]
        lots = list_funding(player)
        assert len(panel.context["rows"]) == len(lots)
        for asset, wallet in wallet_view(player.public_id).items():
            assert sum(lot.open_minor for lot in lots if lot.asset == asset) == wallet.playable
