"""Lines of disputes (POSTINGS.md 3.4, X5). Pure: a stored source in, lines out.

Every source holds `dispute` (dp_), `asset`, amounts in minor units and the holders it touches: `player` (pl_),
`merchant_account` (ma_), `entity` (le_). `movement` is the number of the PSP's or our movement within the dispute, from 1.
Splits over the wallet were decided under lock and are read here, never computed.
"""

from typing import Any

from ledger.values import Line, credit, debit

Source = dict[str, Any]


def dispute_inquiry_held(source: Source) -> list[Line]:
    """An inquiry holds what is there: player, held_minor."""
    return [
        debit("playable", source["player"], source["asset"], source["held_minor"], ref=source["dispute"]),
        credit("locked", source["player"], source["asset"], source["held_minor"], ref=source["dispute"]),
    ]


def dispute_inquiry_released(source: Source) -> list[Line]:
    """The inquiry ended without a chargeback: the same amount back."""
    return [
        debit("locked", source["player"], source["asset"], source["held_minor"], ref=source["dispute"]),
        credit("playable", source["player"], source["asset"], source["held_minor"], ref=source["dispute"]),
    ]


def chargeback_opened(source: Source) -> list[Line]:
    """Our act on the wallet. amount_minor = held + playable + receivable + refunded + fee, each with `_minor`.

    held_minor: this dispute's hold; refunded_minor: the part that the player already got back, so it is owed, with the rest.
    """
    owed = source["receivable_minor"] + source["refunded_minor"]
    return [
        *player_lines(source, {"locked": source["held_minor"], "playable": source["playable_minor"], "receivable": owed}, debit),
        *entity_lines(source, {"fee_income": source["fee_minor"]}, debit),
        credit("chargeback_clearing", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["dispute"]),
    ]


def chargeback_debited(source: Source) -> list[Line]:
    """The PSP took amount_minor, from what it settles (taken_from "clearing") or from the reserve ("reserve")."""
    item = f"{source['dispute']}:{source['movement']}"
    return [
        debit("chargeback_clearing", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["dispute"]),
        credit(source["taken_from"], source["merchant_account"], source["asset"], source["amount_minor"], ref=item),
    ]


def chargeback_credited(source: Source) -> list[Line]:
    """The PSP gave amount_minor back, provisionally: the player gets nothing yet."""
    item = f"{source['dispute']}:{source['movement']}"
    return [
        debit("clearing", source["merchant_account"], source["asset"], source["amount_minor"], ref=item),
        credit("chargeback_clearing", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["dispute"]),
    ]


def dispute_won(source: Source) -> list[Line]:
    """Final, or withdrawn before any debit: debts first, then what was written off, the fee, the rest to `credit_to`.

    amount_minor = receivable + loss + fee + rest, each with `_minor`.
    """
    return [
        debit("chargeback_clearing", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["dispute"]),
        *player_lines(source, {"receivable": source["receivable_minor"]}, credit),
        *entity_lines(source, {"chargeback_loss": source["loss_minor"], "fee_income": source["fee_minor"]}, credit),
        *player_lines(source, {source["credit_to"]: source["rest_minor"]}, credit),
    ]


def dispute_auto_refunded(source: Source) -> list[Line]:
    """The scheme refunded it before it became a chargeback: amount_minor = held + playable + receivable, each with `_minor`."""
    parts = {"locked": source["held_minor"], "playable": source["playable_minor"], "receivable": source["receivable_minor"]}
    return [
        *player_lines(source, parts, debit),
        credit("clearing", source["merchant_account"], source["asset"], source["amount_minor"], ref=source["dispute"]),
    ]


def dispute_debt_written_off(source: Source) -> list[Line]:
    """Two people gave up amount_minor of what the player owes from this dispute."""
    return [
        *entity_lines(source, {"chargeback_loss": source["amount_minor"]}, debit),
        *player_lines(source, {"receivable": source["amount_minor"]}, credit),
    ]


def player_lines(source: Source, parts: dict[str, int], side: Any) -> list[Line]:
    return [side(kind, source["player"], source["asset"], part, ref=source["dispute"]) for kind, part in parts.items() if part]


def entity_lines(source: Source, parts: dict[str, int], side: Any) -> list[Line]:
    return [side(kind, source["entity"], source["asset"], part, ref=source["dispute"]) for kind, part in parts.items() if part]
