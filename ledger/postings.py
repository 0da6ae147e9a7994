"""Posting rules of acts by people (POSTINGS.md 3.10) and of opening balances. Pure: source in, lines out (L8)."""

from typing import Any

from ledger.values import Line, credit, debit

Source = dict[str, Any]


def manual_credit(source: Source) -> list[Line]:
    """Goodwill, a credit by hand. {entity, player, asset, amount_minor, ref}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit("adjustments", source["entity"], asset, amount, ref=ref),
        credit("playable", source["player"], asset, amount, ref=ref),
    ]


def manual_debit(source: Source) -> list[Line]:
    """A debit by hand. {entity, player, asset, amount_minor, ref}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit("playable", source["player"], asset, amount, ref=ref),
        credit("adjustments", source["entity"], asset, amount, ref=ref),
    ]


def reversal(source: Source) -> list[Line]:
    """Our own posting mirrored. {lines: [{kind, holder, asset, amount_minor, ref, label}] as they were posted}"""
    return [
        Line(line["kind"], line["holder"], line["asset"], -line["amount_minor"], line["ref"], line["label"]) for line in source["lines"]
    ]


def reversal_from_hold(source: Source) -> list[Line]:
    """Our own posting mirrored after a hold: `held` is taken from locked before playable, what is missing is owed.

    {lines: as posted, player, asset, held_minor, playable_minor, receivable_minor, ref}: the three sum to what playable got.
    """
    others = [line for line in source["lines"] if line["kind"] != "playable"]
    return [*_taken(source), *reversal({"lines": others})]


def receivable_written_off(source: Source) -> list[Line]:
    """A debt that nobody will pay. {entity, player, asset, amount_minor, ref, loss: chargeback_loss | write_off}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit(source["loss"], source["entity"], asset, amount, ref=ref),
        credit("receivable", source["player"], asset, amount, ref=ref),
    ]


def item_written_off(source: Source) -> list[Line]:
    """The PSP will not pay an item. {entity, holder, kind: clearing | in_transit, asset, amount_minor, ref}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit("write_off", source["entity"], asset, amount, ref=ref),
        credit(source["kind"], source["holder"], asset, amount, ref=ref),
    ]


def surplus_released(source: Source) -> list[Line]:
    """A surplus that nobody claims, after the legal time. {entity, holder, asset, amount_minor, ref}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit("suspense", source["holder"], asset, amount, ref=ref),
        credit("write_off", source["entity"], asset, amount, ref=ref),
    ]


def write_off_recovered(source: Source) -> list[Line]:
    """Written off, then paid after all. {entity, holder, kind: bank | clearing, asset, amount_minor, ref, loss}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit(source["kind"], source["holder"], asset, amount, ref=ref),
        credit(source["loss"], source["entity"], asset, amount, ref=ref),
    ]


def receivable_collected(source: Source) -> list[Line]:
    """A debt paid from later money, only where terms and licence allow. {player, asset, amount_minor, ref}"""
    asset, amount, ref = source["asset"], source["amount_minor"], source["ref"]
    return [
        debit("playable", source["player"], asset, amount, ref=ref),
        credit("receivable", source["player"], asset, amount, ref=ref),
    ]


def opening_balance(source: Source) -> list[Line]:
    """Balances taken over from books before these. {lines: [{kind, holder, asset, amount_minor, ref, label}]}, balanced."""
    return [Line(line["kind"], line["holder"], line["asset"], line["amount_minor"], line["ref"], line["label"]) for line in source["lines"]]


def _taken(source: Source) -> list[Line]:
    parts = (("locked", "held_minor"), ("playable", "playable_minor"), ("receivable", "receivable_minor"))
    return [debit(kind, source["player"], source["asset"], source[part], ref=source["ref"]) for kind, part in parts if source[part]]
