"""What acts that wait for a second person rest on, as it stands now, in words (S1): read when they are asked for and when decided."""

from typing import Any

from cashier.bonuses.by_hand import player_of
from cashier.models import Bonus, Capture, Instrument, MerchantAccount, PayoutPolicy, Player, Provider
from ledger.ids import from_public
from ledger.money import money_text

Facts = dict[str, str]


def look_at_payout(payload: dict[str, Any]) -> Facts:
    """The player, the destination, and the brand's amounts of review."""
    player = Player.objects.get(pk=Player.id_of(payload["player"]))
    instrument = Instrument.objects.get(pk=Instrument.id_of(payload["instrument"]))
    policy = PayoutPolicy.objects.filter(brand_id=player.brand_id, currency=payload["currency"]).first()
    above = money_text(policy.review_above_minor, payload["currency"]) if policy else "any amount"
    return {**_player_facts(player), "Destination": str(instrument.state).lower(), "Reviewed above": above}


def look_at_refund(payload: dict[str, Any]) -> Facts:
    """What was captured, and what of it is refunded and disputed."""
    capture = Capture.objects.select_related("intent__player").get(pk=from_public(payload["capture"], Capture.PREFIX))
    taken = (("Captured", capture.amount_minor), ("Refunded", capture.refunded_minor), ("Disputed", capture.disputed_minor))
    return {**{words: money_text(minor, capture.currency) for words, minor in taken}, **_player_facts(capture.intent.player)}


def look_at_grant(payload: dict[str, Any]) -> Facts:
    """The player who would get it."""
    return _player_facts(player_of(payload))


def look_at_forfeit(payload: dict[str, Any]) -> Facts:
    """What is left of the bonus."""
    bonus = Bonus.objects.get(pk=Bonus.id_of(payload["bonus"]))
    return {"Bonus": str(bonus.state).lower(), "Left": money_text(bonus.balance_minor, bonus.currency)}


def look_at_pause(payload: dict[str, Any]) -> Facts:
    """Whether captures are paused, of an account or of a PSP."""
    if "provider" in payload:
        provider = Provider.objects.get(pk=from_public(payload["provider"], Provider.PREFIX))
        return {"Captures": "paused" if provider.captures_paused else "open"}
    account = MerchantAccount.objects.get(pk=from_public(payload["merchant_account"], MerchantAccount.PREFIX))
    return {"Captures": "paused" if account.captures_paused else "open"}


def _player_facts(player: Player) -> Facts:
    return {"Player": str(player.state).replace("_", " ").lower(), "KYC": f"{player.kyc_status}, level {player.kyc_level}"}
