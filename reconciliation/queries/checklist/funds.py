"""Checks of whose money lies where: players' money and its cover, prefund and reserve against the PSPs' figures (D2, D6)."""

from django.db.models import Sum

from cashier.models import MerchantAccount
from ledger.models import Entry
from ledger.money import money_text
from reconciliation.models import ExceptionCase, PspLine, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.models.files import BatchState
from reconciliation.queries.checklist.items import CheckItem, Day, check_item
from reconciliation.queries.player_money import player_money


def players_are_covered(day: Day) -> CheckItem:
    """What we owe players is kept for them, per licence and currency. An entity without a licence is told, never held to it."""
    covers = player_money(day.entity, day.date, day.balances)
    figure = "; ".join(f"{money_text(each.owed_minor, each.currency)} owed, {money_text(each.cover_minor, each.currency)} kept" for each in covers)
    missing = [f"{money_text(each.shortfall_minor, each.currency)} of players' money is not covered" for each in covers if each.shortfall_minor]
    if not day.entity.licence:
        return check_item("player_money", "Players' money is covered", f"{figure or 'nothing owed'}; no licence asks for it")
    return check_item("player_money", "Players' money is covered", figure or "nothing owed", missing)


def reserve_equals_reports(day: Day) -> CheckItem:
    """`reserve` in the books is what the PSPs' reports withheld less what they released; prefund is not below zero.

    No report that is read states a payout balance, so that prefund is held against its own side only.
    """
    books = {(row.holder, row.asset): row.total_minor for row in day.balances if row.kind == "reserve"}
    accounts = {row.public_id: row for row in MerchantAccount.objects.filter(entity=day.entity).order_by("code")}
    said = _reserves(day)
    missing = [
        f"{accounts[holder].code if holder in accounts else holder}: reserve holds {money_text(books.get((holder, asset), 0), asset)}, "
        f"its reports say {money_text(said.get((holder, asset), 0), asset)}"
        for holder, asset in sorted({*books, *said})
        if books.get((holder, asset), 0) != said.get((holder, asset), 0)
    ]
    below = [row for row in day.balances if row.kind == "prefund" and row.total_minor < 0]
    missing += [f"{accounts[row.holder].code}: prefund is {money_text(row.total_minor, row.asset)}" for row in below if row.holder in accounts]
    return check_item("reserve", "Reserve and prefund are the PSPs'", _reserve_words(day), missing)
