"""Brands as lower floors ask for them."""

from cashier.models import Brand, Player
from ledger.ids import BadPublicId


def brand_of(*, player_id: str) -> str:
    """The code of a player's brand; empty for what is no player of ours."""
    try:
        key = Player.id_of(player_id)
    except BadPublicId:
        return ""
    return str(Brand.objects.filter(players=key).values_list("code", flat=True).first() or "")
