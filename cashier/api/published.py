"""What the cashier's public events carry (A8, A9): each row as the API shows it, at the moment of the event.

A deposit's body leaves out what is of its attempt or of the moment (attempt, psp_ref, eci, cavv, action) and the list of its captures:
those are read by GET where they are wanted, and events are written in the transactions that take money.
"""

from typing import Any

from cashier.api.bodies import capture_body, instant, refund_body
from cashier.api.payouts import payout_body
from cashier.api.players import player_body
from cashier.bonuses.api.bodies import bonus_body
from cashier.models import Bonus, Capture, DepositIntent, PayoutIntent, Player, Refund
from ledger.api.fields import amount_body
from ledger.ids import to_public
from ledger.money import format_major, get_asset
from ledger.outbox import Told

SUMS = ("authorised", "captured", "refunded", "disputed", "returned")


def deposit(intent: DepositIntent) -> Told:
    """A deposit intent: its own columns only."""
    return Told(intent.public_id, intent.public_id, deposit_body(intent), intent.brand.code)


def capture(row: Capture) -> Told:
    """A capture, in the order of its intent."""
    return Told(row.intent.public_id, row.public_id, capture_body(row), row.intent.brand.code)


def refund(row: Refund) -> Told:
    """A refund, in the order of its intent."""
    intent = row.capture.intent
    return Told(intent.public_id, row.public_id, {**refund_body(row), "intent_id": intent.public_id}, intent.brand.code)


def payout(row: PayoutIntent) -> Told:
    return Told(row.public_id, row.public_id, payout_body(row), row.brand.code)


def player(row: Player) -> Told:
    return Told(row.public_id, row.public_id, player_body(row), row.brand.code)


def bonus(row: Bonus) -> Told:
    return Told(row.public_id, row.public_id, bonus_body(row), row.player.brand.code)


def deposit_body(intent: DepositIntent) -> dict[str, Any]:
    """The columns of GET /v1/cashier/intents/{id}, under its names."""
    asset = get_asset(intent.currency)
    return {
        "intent_id": intent.public_id,
        "status": str(intent.state),
        "player_id": to_public("pl_", intent.player_id),
        "brand_id": intent.brand.code,
        "region": intent.region,
        "method": intent.method,
        "amount": amount_body(intent.amount_minor, intent.currency),
        "charged": amount_body(intent.gross_minor, intent.currency),
        "fee_model": intent.fee_model,
        "player_fee": format_major(intent.player_fee_minor, asset),
        **{name: format_major(getattr(intent, f"{name}_minor"), asset) for name in SUMS},
        "decline_code": intent.decline_code or None,
        "retry": intent.decline_retry or None,
        "metadata": intent.metadata,
        "created_at": instant(intent.created_at),
        "expires_at": instant(intent.expires_at),
    }
