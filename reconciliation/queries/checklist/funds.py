"""Checks of whose money lies where: players' money and its cover, prefund and reserve against the PSPs' figures (D2, D6)."""

from cashier.models import MerchantAccount
from ledger.money import money_text
from reconciliation.proofs_of_accounts import in_transit_is_named, reserve_is_named
from reconciliation.queries.checklist.items import CheckItem, Day, check_item
from reconciliation.queries.player_money import Cover, player_money


def players_are_covered(day: Day) -> CheckItem:
    """What we owe players is kept for them, per licence and currency. An entity without a licence is told, never held to it."""
    covers = player_money(day.entity, day.date, day.balances)
    figure = "; ".join(map(_words, covers)) or "nothing owed"
    if not day.entity.licence:
        return check_item("player_money", "Players' money is covered", f"{figure}; no licence is set that asks for it")
    missing = [
        f"{money_text(each.shortfall_minor, each.currency)} of players' money is not covered" for each in covers if each.shortfall_minor
    ]
    return check_item("player_money", "Players' money is covered", figure, missing)


def reserve_and_prefund_are_the_psps(day: Day) -> CheckItem:
    """`reserve` is, batch by batch, what the PSPs' reports withheld less what they released; no prefund is below zero.

    No report that is read states a payout balance: a prefund is held against its own side only.
    """
    codes = {row.public_id: row.code for row in MerchantAccount.objects.filter(entity=day.entity)}
    missing = [_named(row, codes, "reserve") for row in reserve_is_named().differences if _holder(row) in codes]
    below = [row for row in day.balances if row.kind == "prefund" and row.total_minor < 0]
    missing += [f"{codes.get(row.holder, row.holder)}: prefund is {money_text(row.total_minor, row.asset)}" for row in below]
    held = [money_text(row.total_minor, row.asset) for row in day.balances if row.kind == "reserve"]
    return check_item("reserve", "Reserve and prefund are the PSPs'", f"{' and '.join(held) or 'nothing'} in reserve", missing)


def money_on_its_way_is_named(day: Day) -> CheckItem:
    """`in_transit` is, batch by batch, what was sent and not yet seen at the bank (POSTINGS.md section 4)."""
    codes = {row.public_id: row.code for row in MerchantAccount.objects.filter(entity=day.entity)}
    missing = [_named(row, codes, "in transit") for row in in_transit_is_named().differences if _holder(row) in codes]
    held = [money_text(row.total_minor, row.asset) for row in day.balances if row.kind == "in_transit"]
    return check_item("in_transit", "Money on its way is named", " and ".join(held[:5]) or "nothing", missing)


def _words(cover: Cover) -> str:
    return f"{money_text(cover.owed_minor, cover.currency)} owed, {money_text(cover.cover_minor, cover.currency)} kept"


def _holder(row: dict[str, object]) -> str:
    """The merchant account of a reference such as "batch:ma_…:38:EUR"."""
    return str(row["item"]).split(":")[1] if ":" in str(row["item"]) else ""


def _named(row: dict[str, object], codes: dict[str, str], what: str) -> str:
    _, holder, *rest = str(row["item"]).split(":")
    asset = rest[-1]
    said, books = (money_text(int(str(row.get(name, 0))), asset) for name in ("expected_minor", "booked_minor"))
    return f"{codes[holder]} {' '.join(rest[:-1])}: {what} is {books} in the books, {said} by its reports"
