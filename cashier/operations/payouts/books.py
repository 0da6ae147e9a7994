"""What payouts write into the books: one posting per event, by the rules of cashier.postings.payouts."""

from datetime import datetime
from typing import Any

from cashier.models import MerchantAccount, PayoutIntent, Player
from ledger.actors import Actor
from ledger.operations import Posting, post

PAID_FROM = {
    MerchantAccount.PayoutFunding.SETTLEMENT: "clearing",
    MerchantAccount.PayoutFunding.PREFUND: "prefund",
    MerchantAccount.PayoutFunding.BANK: "in_transit",
}


def post_payout(
    payout: PayoutIntent,
    event: str,
    facts: dict[str, Any],
    *,
    suffix: str = "",
    occurred_at: datetime,
    actor: Actor,
    now: datetime,
    sha256: str = "",
) -> None:
    """Post `event` ("payout.settled") of this payout by the rule of the same name, keyed by the payout (and `suffix`)."""
    source = {"player": payout.player.public_id, "payout": payout.public_id, "asset": payout.currency, **facts}
    post(
        Posting(
            rule=f"{event.replace('.', '_').upper()}@1",
            key=":".join(part for part in (event, payout.public_id, suffix) if part),
            entity_id=payout.entity_id,
            source=source,
            occurred_at=occurred_at,
            intent_id=payout.public_id,
            player_id=payout.player.public_id,
            payload_sha256=sha256,
        ),
        actor=actor,
        now=now,
    )


def payer_facts(payout: PayoutIntent) -> dict[str, Any]:
    """Which account pays it: {paid_from, payer, entity}, as its merchant account says (P2)."""
    account = merchant_account_of(payout)
    return {
        "paid_from": PAID_FROM[MerchantAccount.PayoutFunding(account.payout_funding)],
        "payer": payer_of(payout, account),
        "entity": payout.entity.public_id,
    }


def payer_of(payout: PayoutIntent, account: MerchantAccount) -> str:
    """The holder of the paying account: our bank for payouts from it, else the merchant account."""
    if account.payout_funding != MerchantAccount.PayoutFunding.BANK:
        return account.public_id
    return account.settlement_routes.select_related("bank_account").get(currency=payout.currency).bank_account.public_id


def merchant_account_of(payout: PayoutIntent) -> MerchantAccount:
    account = payout.merchant_account
    if account is None:
        raise ValueError(f"{payout.public_id} has no merchant account")
    return account


def creditable_kind(player: Player) -> str:
    """Where money that comes back to the player goes: `locked` for one who may not be credited."""
    return "playable" if player.is_creditable else "locked"
