"""Posting rules of dispositions: what ending a case moves (POSTINGS.md 3.10, section 5). Pure: source in, lines out (L8).

An `item` is what is open in one account under one reference: {kind, holder, asset, open_minor, ref}; open_minor is the account's
signed balance under that reference (debit positive). Ending it posts the opposite, so that the reference returns to zero (L17).
"""

from typing import Any

from ledger.values import Line, credit, debit

Source = dict[str, Any]


def item_accepted_as_loss(source: Source) -> list[Line]:
    """Nobody pays an open item, or nobody claims it: it goes to write_off[e]. {entity, item}"""
    return _to("write_off", source["entity"], source["item"])


def item_moved_outside(source: Source) -> list[Line]:
    """Known, but not of these books: suspense[b] to outside[e]. {entity, item}"""
    return _to("outside", source["entity"], source["item"])


def item_booked_as_bank_charge(source: Source) -> list[Line]:
    """Less came than the PSP sent, and the bank kept the rest: in_transit to bank_fees[b]. {bank_account, item}"""
    return _to("bank_fees", source["bank_account"], source["item"])


def item_taken_from_player(source: Source) -> list[Line]:
    """The player got more than the PSP paid: playable x and receivable y pay the item. {player, item, playable_minor, receivable_minor}"""
    item = source["item"]
    parts = (("playable", source["playable_minor"]), ("receivable", source["receivable_minor"]))
    taken = [debit(kind, source["player"], item["asset"], part, ref=item["ref"]) for kind, part in parts if part]
    return [*taken, _opposite(item)]


def item_given_to_player(source: Source) -> list[Line]:
    """The player got less than the PSP paid: playable takes the surplus of the item. {player, item}"""
    item = source["item"]
    return [_opposite(item), credit("playable", source["player"], item["asset"], -item["open_minor"], ref=item["ref"])]


def _to(kind: str, holder: str, item: dict[str, Any]) -> list[Line]:
    return [Line(kind, holder, item["asset"], item["open_minor"], item["ref"]), _opposite(item)]


def _opposite(item: dict[str, Any]) -> Line:
    return Line(item["kind"], item["holder"], item["asset"], -item["open_minor"], item["ref"])
