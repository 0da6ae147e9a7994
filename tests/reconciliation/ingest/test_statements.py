"""Statements follow each other, and every booked line stands in the books once (R2, R8)."""

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.reconciliation.house import House


def take_in(content: bytes, name: str = "s.sta") -> dict[str, Any]:
    from tests.reconciliation.ingest.papers import ingest

    return ingest(content, name=name, source="mt940", account="BANK_EUR")


@pytest.mark.spec("R2")
def test_a_missing_statement_is_a_case_until_it_comes(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import statement

    take_in(statement("C10,00", number=1))
    take_in(statement("C5,00", number=3, opening="1030,00", day="261121"), "3.sta")
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.amount_minor, case.bank_account) == ("STATEMENT_GAP", 2000, house.bank)

    take_in(statement("C20,00", number=2, opening="1010,00", day="261120"), "2.sta")

    case.refresh_from_db()
    assert case.state == "AUTO_RESOLVED"


@pytest.mark.spec("R2")
def test_a_missing_statement_that_evens_out_is_told_by_its_number(house: "House") -> None:
    from reconciliation.models import ExceptionCase
    from tests.reconciliation.ingest.papers import statement

    take_in(statement("C10,00", number=1))
    take_in(statement("C5,00", number=3, opening="1010,00", day="261121"), "3.sta")  # the second: a transfer, and its return
    case = ExceptionCase.objects.get()
    assert (case.reason_id, case.amount_minor, case.bank_account) == ("STATEMENT_GAP", 0, house.bank)
    assert (case.facts["number_before"], case.facts["number"]) == ("1", "3")

    take_in(statement("C20,00", "D20,00", number=2, opening="1010,00", day="261120"), "2.sta")

    case.refresh_from_db()
    assert case.state == "AUTO_RESOLVED"


@pytest.mark.spec("R2")
@pytest.mark.parametrize(
    "numbers",
    [
        ("320", "323"),
        ("26320", "26323"),
        ("20261116", "20261119"),
        ("16", "19"),
        ("365", "1"),
        ("0", "0"),
        ("A1", "A3"),
        ("7/1", "7/2"),
        ("4530000123", "4530000130"),
    ],
    ids=["day of the year", "with its year", "date", "day of the month", "new year", "none", "text", "pages", "id of a message"],
)
def test_a_number_that_is_no_count_skips_nothing(numbers: tuple[str, str]) -> None:
    from reconciliation.models import BankStatement
    from reconciliation.queries.statements import _skips

    before, after = (
        BankStatement(number=number, opening_date=day, closing_date=day)
        for number, day in zip(numbers, (date(2026, 11, 16), date(2026, 11, 19)), strict=True)
    )
    assert not _skips(before, after)


@pytest.mark.spec("R2")
def test_the_same_statement_in_another_file_is_refused(house: "House") -> None:
    from reconciliation.models import BankLine
    from tests.reconciliation.ingest.papers import statement

    take_in(statement("C10,00"))

    again = take_in(statement("C10,00") + b"\n", "copy.sta")

    assert (again["accepted"], again["error"]["code"]) == (False, "statement_loaded")
    assert BankLine.objects.count() == 1


@pytest.mark.spec("R2")
def test_the_same_statement_in_another_format_is_refused(house: "House") -> None:
    """Its number and the texts of its lines are others, so that nothing else told: the day stood in the books twice."""
    from reconciliation.models import BankLine
    from tests.reconciliation.ingest.papers import ingest, statement

    take_in(statement("C10,00", "D3,00"))
    head = "Date,Description,Amount,Currency,Balance,Account,Reference\n"
    rows = "2026-11-19,in,10.00,EUR,{}.00,,X1\n2026-11-19,out,-3.00,EUR,{}.00,,X2\n"
    again = ingest(f"{head}{rows.format(1010, 1007)}".encode(), name="day.csv", source="csv_bank", account="BANK_EUR")
    more = ingest(f"{head}{rows.format(1017, 1014)}".encode(), name="more.csv", source="csv_bank", account="BANK_EUR")

    assert (again["accepted"], again["error"]["code"]) == (False, "statement_loaded")
    assert "from s.sta" in again["error"]["message"] and more["accepted"]
    assert BankLine.objects.count() == 4


LIST = "Date,Description,Amount,Currency,Balance,Account,Reference\n"


@pytest.mark.spec("R2")
def test_days_that_are_loaded_already_are_not_loaded_again_among_others(house: "House") -> None:
    """A list of lines without references, asked for from an earlier day on: each of them was posted twice."""
    from reconciliation.models import BankLine
    from tests.reconciliation.ingest.papers import ingest

    def days(*rows: str) -> dict[str, Any]:
        return ingest(
            (LIST + "".join(f"2026-11-{row},,\n" for row in rows)).encode(), name=f"{len(rows)}.csv", source="csv_bank", account="BANK_EUR"
        )

    first, second, third, fourth = "16,a,10.00,EUR,110.00", "18,b,5.00,EUR,115.00", "18,c,1.00,EUR,116.00", "20,d,2.00,EUR,118.00"
    assert days(first, second)["accepted"]

    again = days(first, second, third, fourth)
    assert (again["accepted"], again["error"]["code"]) == (False, "statement_loaded") and "up to 2026-11-18 from 2.csv" in again["error"][
        "message"
    ]
    assert days(third, fourth)["accepted"] and BankLine.objects.count() == 4
    assert days("17,of the day before,4.00,EUR,122.00", "21,e,1.00,EUR,123.00", "22,f,1.00,EUR,124.00")["accepted"]  # it goes on


def take_in_list(*rows: str, name: str) -> dict[str, Any]:
    """A list of lines with the balance behind each, as a bank gives it for any days."""
    from tests.reconciliation.ingest.papers import ingest

    text = LIST + "".join(f"2026-11-{row},,\n" for row in rows)
    return ingest(text.encode(), name=name, source="csv_bank", account="BANK_EUR")


MORNING = ("16,a,10.00,EUR,110.00", "18,b,5.00,EUR,115.00", "18,b,5.00,EUR,120.00")
WHOLE_DAY = ("18,b,5.00,EUR,115.00", "18,c,-1.00,EUR,114.00", "18,b,5.00,EUR,119.00", "18,b,5.00,EUR,124.00")  # another order, and one more


@pytest.mark.parametrize("is_newest_first", [False, True])
@pytest.mark.spec("R2", "R8")
def test_a_day_that_ends_one_list_and_begins_the_next_is_loaded_once(house: "House", is_newest_first: bool) -> None:
    """The first was made at noon: the second has its lines of that day again, and more. They were posted twice."""
    from reconciliation.models import BankLine, BankStatement, ExceptionCase

    def order(*rows: str) -> tuple[str, ...]:
        return rows[::-1] if is_newest_first else rows

    assert take_in_list(*order(*MORNING), name="first.csv")["accepted"]
    second = take_in_list(*order(*WHOLE_DAY, "20,d,2.00,EUR,126.00"), name="second.csv")

    assert second["accepted"] and "2 line(s) of 2026-11-18 are loaded already from first.csv" in second["checks"][-1]["where"]
    lines = list(BankLine.objects.order_by("booked_date", "narrative", "pk").values_list("booked_date__day", "narrative", "amount_minor"))
    assert lines == [(16, "a", 1000), *[(18, "b", 500)] * 3, (18, "c", -100), (20, "d", 200)]
    later = BankStatement.objects.latest("pk")
    assert (later.opening_minor, later.closing_minor, later.lines) == (12000, 12600, 3)
    assert not ExceptionCase.objects.exists()  # no gap between them


@pytest.mark.spec("R2", "R8")
def test_a_swept_day_in_both_lists_is_loaded_once(house: "House") -> None:
    """Its lines come to nothing, so the balances would fit with them twice."""
    from reconciliation.models import BankLine

    swept = ("18,in,7.00,EUR,107.00", "18,out,-7.00,EUR,100.00")
    assert take_in_list("17,a,100.00,EUR,100.00", *swept, name="first.csv")["accepted"]
    assert take_in_list(*swept, "19,b,1.00,EUR,101.00", name="second.csv")["accepted"]

    assert BankLine.objects.count() == 4


@pytest.mark.spec("R2", "R8")
def test_a_shared_day_whose_lines_are_not_those_that_are_loaded_is_refused(house: "House") -> None:
    from reconciliation.models import BankLine
    from tests.reconciliation.ingest.papers import statement

    assert take_in_list(*MORNING, name="first.csv")["accepted"]
    other = take_in_list("18,other text,10.00,EUR,120.00", "20,d,2.00,EUR,122.00", name="other.csv")
    assert (other["accepted"], other["error"]["code"]) == (False, "statement_loaded")
    assert "ask the bank for the days after 2026-11-18" in other["error"]["message"]
    nothing_new = take_in_list("18,b,5.00,EUR,115.00", "18,b,5.00,EUR,120.00", name="again.csv")
    assert (nothing_new["accepted"], nothing_new["error"]["code"]) == (False, "statement_loaded")
    earlier = take_in_list("15,z,1.00,EUR,91.00", "16,a,10.00,EUR,101.00", name="earlier.csv")
    assert "ask the bank for the days before 2026-11-16" in earlier["error"]["message"]

    of_the_day = take_in(statement("C5,00", "C5,00", opening="110,00", day="261118"), "18.sta")  # by another way, with its number
    assert (of_the_day["accepted"], of_the_day["error"]["code"]) == (False, "statement_loaded")
    assert take_in(statement("C2,00", opening="120,00", day="261119"), "19.sta")["accepted"] and BankLine.objects.count() == 4


@pytest.mark.spec("R8")
def test_bank_equals_the_statement_and_what_nobody_knows_waits_by_name(house: "House") -> None:
    from ledger.queries import get_balance
    from reconciliation.models import ExceptionCase, SuspenseItem
    from reconciliation.operations import reconcile
    from tests.reconciliation.house import NOW
    from tests.reconciliation.ingest.papers import statement

    take_in(statement("C75,00", "D20,00"))

    runs = reconcile(date=date(2026, 11, 19), now=NOW, account="BANK_EUR")
    again = reconcile(date=date(2026, 11, 19), now=NOW, account="BANK_EUR")

    assert get_balance(house.entity.pk, "bank", house.bank.public_id, "EUR") == 105500
    assert get_balance(house.entity.pk, "suspense", house.bank.public_id, "EUR") == -5500
    assert sorted((case.reason_id, int(case.amount_minor), case.bank_reference) for case in ExceptionCase.objects.all()) == [
        ("BANK_CREDIT_UNIDENTIFIED", 7500, "B10"),
        ("BANK_DEBIT_UNIDENTIFIED", 2000, "B11"),
    ]
    assert SuspenseItem.objects.count() == 2
    assert runs[0].residuals == again[0].residuals == [{"currency": "EUR", "amount_minor": 0}]
    assert (again[0].pk, again[0].cases, again[0].times_run) == (runs[0].pk, runs[0].cases, 2)


IN_TWO = b"""Date,Description,Amount,Currency,Balance,Account,Reference
2026-11-19,in,10.00,EUR,110.00,CH93 0076 2011 6238 5295 7,B1
2026-11-19,in,7.00,USD,207.00,CH93 0076 2011 6238 5295 7,B2
"""


@pytest.mark.spec("R2")
def test_one_iban_of_several_currencies_is_an_account_in_each(house: "House") -> None:
    """And the refusal says how, as long as there is only one."""
    from cashier.models import BankAccount
    from reconciliation.models import BankStatement
    from tests.reconciliation.ingest.papers import ingest

    francs = {"entity": house.entity, "statement_format": "csv_bank"}
    BankAccount.objects.create(code="SWISS_EUR", iban="CH9300762011623852957EUR", currency="EUR", **francs)
    refused = ingest(IN_TWO, name="two.csv", source="csv_bank", account="")
    BankAccount.objects.create(code="SWISS_USD", iban="CH9300762011623852957USD", currency="USD", **francs)
    loaded = ingest(IN_TWO, name="two.csv", source="csv_bank", account="")

    assert "SWISS_EUR is in EUR" in refused["error"]["message"] and "with its currency behind the IBAN" in refused["error"]["message"]
    assert loaded["accepted"], loaded
    assert sorted(BankStatement.objects.values_list("bank_account__code", "closing_minor")) == [("SWISS_EUR", 11000), ("SWISS_USD", 20700)]


@pytest.mark.spec("R2")
def test_a_number_that_two_of_our_accounts_end_with_is_of_neither(house: "House") -> None:
    from cashier.models import BankAccount
    from tests.reconciliation.ingest.papers import ingest

    for code, sort in (("ONE", "NWBK601613"), ("TWO", "BARC200000")):
        BankAccount.objects.create(code=code, iban=f"GB29{sort}31926819", currency="EUR", entity=house.entity, statement_format="csv_bank")
    text = b"Date,Description,Amount,Currency,Balance,Account,Reference\n2026-11-19,in,10.00,EUR,110.00,31926819,B1\n"

    refused = ingest(text, name="gb.csv", source="csv_bank", account="")

    assert not refused["accepted"] and "may be ONE and TWO" in refused["error"]["message"]
    assert ingest(text, name="gb.csv", source="csv_bank", account="TWO")["accepted"]


@pytest.mark.spec("R2")
def test_an_account_that_its_bank_calls_otherwise_is_known_by_its_name_with_us(house: "House") -> None:
    from tests.reconciliation.ingest.papers import ingest

    text = b"Date,Description,Amount,Currency,Balance,Account,Reference\n2026-11-19,in,10.00,EUR,110.00,5012-3456,B1\n"
    given = ingest(text, name="bg.csv", source="csv_bank", account="BANK_EUR")
    (check,) = [check for check in given["checks"] if check["name"] == "account_matches"]
    assert not given["accepted"] and "its name with us must be this" in check["where"] and check["actual"] == "5012-3456"

    house.bank.name = "5012 3456"
    house.bank.save()
    assert ingest(text, name="bg.csv", source="csv_bank", account="")["accepted"]
