"""Lines of payouts (POSTINGS.md 3.3). Pure: a stored source in, lines out.

Every source holds ints (minor units) and public ids: `player` (pl_), `payout` (po_), `entity` (le_), `asset` (currency code),
`amount_minor` (what left the wallet), and where money moves at a PSP or bank `paid_from` (clearing, prefund or in_transit)
with `payer` (the ma_ or ba_ that holds that account).
"""

from typing import Any

from ledger.values import Line, credit, debit

Source = dict[str, Any]


def payout_requested(source: Source) -> list[Line]:
    """The amount waits in `locked`: player, payout, asset, amount_minor."""
    return [
        debit("playable", source["player"], source["asset"], source["amount_minor"], ref=source["payout"]),
        credit("locked", source["player"], source["asset"], source["amount_minor"], ref=source["payout"]),
    ]


def payout_released(source: Source) -> list[Line]:
    """Rejected, cancelled or failed: back to `playable`. Same source as payout_requested."""
    return [
        debit("locked", source["player"], source["asset"], source["amount_minor"], ref=source["payout"]),
        credit("playable", source["player"], source["asset"], source["amount_minor"], ref=source["payout"]),
    ]


def payout_settled(source: Source) -> list[Line]:
    """Paid: amount_minor leaves `locked`, less fee_minor (the player's fee, often 0) it leaves `paid_from` of `payer`."""
    return [
        debit("locked", source["player"], source["asset"], source["amount_minor"], ref=source["payout"]),
        credit(source["paid_from"], source["payer"], source["asset"], source["amount_minor"] - source["fee_minor"], ref=source["payout"]),
        *income(source, credit),
    ]


def payout_returned(source: Source) -> list[Line]:
    """Came back: returned_minor to `paid_to` of `payer`, kept_minor on the way is the house's cost at `merchant_account`.

    fee_minor is given back; the player gets all of it to `credit_to` (playable, or locked where playable may not be).
    """
    amount_minor = source["returned_minor"] + source["kept_minor"] + source["fee_minor"]
    back = source["returned_minor"]
    kept = source["kept_minor"]
    return [
        *([debit(source["paid_to"], source["payer"], source["asset"], back, ref=f"{source['payout']}:returned")] if back else []),
        *([debit("fees", source["merchant_account"], source["asset"], kept, ref=source["payout"], label="return")] if kept else []),
        *income(source, debit),
        credit(source["credit_to"], source["player"], source["asset"], amount_minor, ref=source["payout"]),
    ]


def payout_paid_after_release(source: Source) -> list[Line]:
    """The PSP paid what we had released: locked_minor, playable_minor and receivable_minor sum to what it paid."""
    return [*taken_from_player(source), credit(source["paid_from"], source["payer"], source["asset"], paid(source), ref=source["payout"])]


def payout_paid_twice(source: Source) -> list[Line]:
    """A second payment of one payout, recovered from the player: as above, against `suspense` of merchant_account; `line` names it."""
    return [*taken_from_player(source), credit("suspense", source["merchant_account"], source["asset"], paid(source), ref=source["line"])]


def top_up_sent(source: Source) -> list[Line]:
    """A top-up leaves our bank: bank_account (ba_), merchant_account (ma_), asset, amount_minor, top_up (its reference)."""
    return [
        debit("in_transit", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["top_up"]),
        credit("bank", source["bank_account"], source["asset"], source["amount_minor"], ref=source["top_up"]),
    ]


def top_up_arrived(source: Source) -> list[Line]:
    """A top-up is in the payout balance at the PSP: merchant_account, asset, amount_minor, top_up."""
    return [
        debit("prefund", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["top_up"]),
        credit("in_transit", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["top_up"]),
    ]


def prefund_fee(source: Source) -> list[Line]:
    """The PSP took a fee from the payout balance: merchant_account, asset, amount_minor, line (the PSP's line)."""
    return [
        debit("fees", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["line"], label="payout"),
        credit("prefund", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["line"]),
    ]


def taken_from_player(source: Source) -> list[Line]:
    parts = {kind: source.get(f"{kind}_minor", 0) for kind in ("locked", "playable", "receivable")}
    return [debit(kind, source["player"], source["asset"], part, ref=source["payout"]) for kind, part in parts.items() if part]


def paid(source: Source) -> int:
    return int(source.get("locked_minor", 0) + source["playable_minor"] + source["receivable_minor"])


def income(source: Source, side: Any) -> list[Line]:
    """The player's fee as a line of `side`, none where there is no fee."""
    fee_minor = source["fee_minor"]
    return [side("fee_income", source["entity"], source["asset"], fee_minor, ref=source["payout"], label="payout")] if fee_minor else []
