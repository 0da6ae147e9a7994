"""Of which rail and brand a posting is: what the ledger asks where a shadow depends on it (L11)."""

from cashier.models import Brand, DepositIntent, PayoutIntent, Player
from cashier.queries.rails import rails_in_force
from ledger.shadowing import Scope


def scope_of_posting(*, intent: str, player: str) -> Scope:
    """The payment method and the brand's code of a posting, by its public ids; empty where it belongs to none."""
    if intent.startswith(DepositIntent.PREFIX):
        found = DepositIntent.objects.filter(pk=DepositIntent.id_of(intent)).values_list("method", "brand__code").first()
    elif intent.startswith(PayoutIntent.PREFIX):
        found = PayoutIntent.objects.filter(pk=PayoutIntent.id_of(intent)).values_list("instrument__method", "brand__code").first()
    else:
        found = None
    return Scope(*found) if found else Scope("", _brand_of(player))


def known_scopes() -> tuple[list[str], list[str]]:
    """All rails, and the codes of all brands."""
    return list(rails_in_force()), list(Brand.objects.order_by("code").values_list("code", flat=True))


def _brand_of(player: str) -> str:
    if not player.startswith(Player.PREFIX):
        return ""
    return Player.objects.filter(pk=Player.id_of(player)).values_list("brand__code", flat=True).first() or ""
