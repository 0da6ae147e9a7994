"""Late money that was credited or sent back by the brand's policy ends its case (C2; REASON_CODES.md: "by policy, once confirmed")."""

from datetime import datetime

from ledger.actors import Actor
from reconciliation.operations.cases import resolve_by_key

TEXTS = {
    "credited": "The brand's policy credited the player; the PSP had confirmed the capture.",
    "refunded": "The money went back to the player's instrument; the PSP confirmed the refund.",
}


def hear_late_money(*, capture_id: str, intent_id: str, outcome: str, actor: Actor, now: datetime) -> bool:
    """The cashier's notice late_money.settled; outcome: credited | refunded. True where it ended a case.

    What people credit is ended by their own decision. A second charge (DUPLICATE_PSP_CAPTURE) never ends by itself.
    """
    if actor.kind == "user":
        return False
    data = {"capture": capture_id, "intent": intent_id}
    return resolve_by_key(f"PSP_SUCCESS_AFTER_TERMINAL:{capture_id}", rule="late_money.policy@1", text=TEXTS[outcome], now=now, data=data)
