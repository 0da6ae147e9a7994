"""History of a balance, aged receivables, and CSV (L13, L19)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.exports import Major, csv_lines
from ledger.models import Account, LegalEntity
from ledger.queries import AsOf, aged_receivables, list_day_balances, list_debts, trial_balance
from tests.ledger.books import NOON, book, cr, deposit, dr

DAY = NOON.date()


@pytest.mark.spec("L13")
def test_day_balances_end_each_business_day(entity: LegalEntity) -> None:
    for number, (amount, days) in enumerate(((100, 0), (20, 2), (3, 0), (7, 5))):
        book(entity, f"k{number}", *deposit("pl_1", amount), on=DAY + timedelta(days=days))
    account = Account.objects.get(kind="clearing")

    found = list_day_balances(account.pk, until=DAY + timedelta(days=3), asof=AsOf())
    assert [(each.day - DAY).days for each in found] == [0, 1, 2, 3]
    assert [each.balance_minor for each in found] == [103, 103, 123, 123]
    assert [each.balance_minor for each in list_day_balances(account.pk, until=DAY + timedelta(days=5), asof=AsOf(), days=2)] == [123, 130]


@pytest.mark.spec("L13")
def test_of_a_busy_account_only_whole_days_are_shown(entity: LegalEntity) -> None:
    for number in range(6):
        book(entity, f"k{number}", *deposit("pl_1", 1), on=DAY + timedelta(days=number // 2))
    account = Account.objects.get(kind="clearing")
    found = list_day_balances(account.pk, until=DAY + timedelta(days=2), asof=AsOf(), most_entries=3)
    assert [(each.day - DAY).days for each in found] == [2]
    assert found[0].balance_minor == 6


@pytest.mark.spec("L19")
def test_debts_are_open_by_origin_and_age(entity: LegalEntity) -> None:
    def owed(key: str, amount: int, ref: str, day: date, player: str = "pl_1") -> None:
        book(entity, key, dr("receivable", player, amount, ref=ref), cr("chargeback_clearing", "ma_1", amount, ref=ref), on=day)

    owed("a", 8000, "dp_1:1", DAY - timedelta(days=100))
    owed("b", 500, "cap_9", DAY - timedelta(days=31))
    owed("c", 300, "po_3", DAY)
    book(entity, "d", dr("chargeback_loss", "le_1", 3000), cr("receivable", "pl_1", 3000, ref="dp_1:2"), on=DAY)
    owed("e", 77, "cap_1", DAY, player="pl_2")
    book(entity, "f", dr("write_off", "le_1", 77), cr("receivable", "pl_2", 77, ref="cap_1"), on=DAY)

    debts = list(list_debts(entity.pk))
    assert [(debt.player, debt.origin, debt.open_minor, debt.owed_minor, debt.age(DAY)) for debt in debts] == [
        ("pl_1", "dp_1", 5000, 8000, "over 90 days"),
        ("pl_1", "cap_9", 500, 500, "31 to 60 days"),
        ("pl_1", "po_3", 300, 300, "0 to 30 days"),
    ]
    (row,) = aged_receivables(entity.pk, today=DAY)
    assert (row.asset, row.debts, row.total_minor) == ("EUR", 3, 5800)
    assert row.total_minor == next(line.balance_minor for line in trial_balance(entity.pk) if line.kind == "receivable")
    before = list(list_debts(entity.pk, AsOf(business_date=DAY - timedelta(days=1))))
    assert [debt.open_minor for debt in before] == [8000, 500]


@pytest.mark.spec("L19")
def test_money_paid_against_another_reference_is_named_not_hidden(entity: LegalEntity) -> None:
    book(entity, "a", dr("receivable", "pl_1", 100, ref="dp_1:1"), cr("outside", "le_1", 100))
    book(entity, "b", dr("outside", "le_1", 40), cr("receivable", "pl_1", 40, ref="cap_2"))
    assert [(debt.origin, debt.open_minor, debt.since) for debt in list_debts(entity.pk)] == [("cap_2", -40, None), ("dp_1", 100, DAY)]


@pytest.mark.spec("L13", "L4")
def test_csv_holds_exact_decimals_and_no_formulas() -> None:
    rows = [
        [Major(-1200, "EUR"), -1200, datetime(2026, 3, 10, 12, tzinfo=UTC), None],
        [Major(-12, "JPY"), -12, date(2026, 3, 10), "=1+1"],
        [Major(1, "KWD"), 1, "@SUM(A1)", '-2+3, "quoted"'],
        [Major(10**18 + 1, "ETH"), 10**18 + 1, "+49", "plain"],
    ]
    assert "".join(csv_lines(["a", "b", "c", "d"], rows)) == (
        "a,b,c,d\r\n"
        "-12.00,-1200,2026-03-10T12:00:00Z,\r\n"
        "-12,-12,2026-03-10,'=1+1\r\n"
        '0.001,1,\'@SUM(A1),"\'-2+3, ""quoted"""\r\n'
        "1.000000000000000001,1000000000000000001,'+49,plain\r\n"
    )
