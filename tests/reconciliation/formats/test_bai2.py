"""BAI2: funds types, continuations, text as it comes, and a control total at each level."""

from datetime import date
from pathlib import Path

import pytest

from reconciliation.formats import ReadResult
from tests.reconciliation.formats.opening import FILES, inspected, open_own, open_text, refusal_of

OWN = (FILES / "statement.bai2").read_text()


def one(record: str, *, currency: str = "EUR") -> str:
    """A file of one account and one transaction, which moves it from 0 by 1.00."""
    head = f"01,B,C,260107,0600,1,,,2/\n02,C,B,1,260106,,{currency},2/\n03,1234567890,,010,0,,,015,100,,/"
    return f"{head}\n{record}\n49,200,3/\n98,200,1,5/\n99,200,1,7/\n"


def failed(result: ReadResult) -> list[tuple[str, object, object]]:
    return [(check.name, check.expected, check.actual) for check in result.checks if not check.ok]


@pytest.mark.spec("R1", "R2", "R3")
def test_a_whole_file_of_two_accounts_and_currencies() -> None:
    opened = open_text("bai2", OWN)

    assert opened.result.accepted and opened.result.encoding == "ascii"
    assert [(s.account_ref, s.currency, s.opening_minor, s.closing_minor, s.lines) for s in opened.result.statements] == [
        ("DE02120300000000202051", "EUR", 100000, 221650, 5),
        ("DE88370400440532013000", "SEK", 500, 400, 1),
    ]
    assert [(t.type, t.currency, t.count, t.debit_minor, t.credit_minor) for t in opened.result.totals] == [
        ("credit", "EUR", 2, 0, 125150),
        ("debit", "EUR", 2, 3500, 0),
        ("debit", "SEK", 1, 100, 0),
    ]
    payout = opened.lines[0]
    assert (payout.amount_minor, payout.booking_date, payout.bank_reference) == (123450, date(2026, 1, 6), "B1")
    assert (payout.customer_reference, payout.payout_references) == ("TX635094301XT", ("TX635094301XT",))
    assert payout.narrative == "TX635094301XT BATCH 38, SANDBOX_EU PAID BY SANDBOX PAYMENTS B.V."
    assert payout.raw == "\n".join(OWN.splitlines()[4:6])


@pytest.mark.spec("R3")
def test_charges_and_what_moved_nothing() -> None:
    lines = open_own("bai2", "statement.bai2").lines

    assert (lines[1].value_date, lines[1].narrative) == (date(2026, 1, 8), "A/B, C")
    assert (lines[2].transaction_code, lines[2].narrative, lines[2].amount_minor) == ("698 CHRG", "ACCOUNT MAINTENANCE CHARGE", -150)
    assert (lines[4].status, lines[4].kind, lines[4].note, lines[4].amount_minor) == ("INFO", "unknown", "unknown_type_code", 0)


@pytest.mark.parametrize(
    ("record", "value", "text"),
    [
        ("16,142,100,Z,B,C,T/", date(2026, 1, 6), "T"),
        ("16,142,100,,B,C,T", date(2026, 1, 6), "T"),
        ("16,142,100,1,B,C,T/", date(2026, 1, 7), "T"),
        ("16,142,100,2,B,C/", date(2026, 1, 8), ""),
        ("16,142,100,V,260110,,B,C,A, B/C/", date(2026, 1, 10), "A, B/C"),
        ("16,142,100,V,260110,9999,B,C,5/16 OF IT/", date(2026, 1, 10), "5/16 OF IT"),
        ("16,142,100,S,,60,40,B,C,T/", date(2026, 1, 6), "T"),
        ("16,142,100,D,2,0,60,3,40,B,C,T/", date(2026, 1, 6), "T"),
        ("  16,142,000000100,0,B,C,T   /   ", date(2026, 1, 6), "T"),
        ("16,142,100,0,B,C,A\nB, AND MORE/", date(2026, 1, 6), "A B, AND MORE"),
    ],
)
@pytest.mark.spec("R3")
def test_funds_types_and_texts(record: str, value: date, text: str) -> None:
    opened = open_text("bai2", one(record))

    (line,) = opened.lines
    assert opened.result.accepted
    assert (line.value_date, line.bank_reference, line.customer_reference, line.narrative) == (value, "B", "C", text)


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ("16,142,100,S,50,\n88,20,30,B,C,T/", date(2026, 1, 6)),
        ("16,142,100,S,\n88,50,20,30,B,C,T", date(2026, 1, 6)),
        ("16,142,100,V,\n88,260110,,B,C,T", date(2026, 1, 10)),
        ("16,142,100,V,260110,\n88,0900,B,C,T", date(2026, 1, 10)),
        ("16,142,100,V,260110,\n88,B,C,T", date(2026, 1, 10)),
        ("16,142,100,D,2,1,50,\n88,2,50,B,C,T", date(2026, 1, 6)),
        ("16,142,100,D,\n88,2,1,50,2,50,B,C,T", date(2026, 1, 6)),
    ],
)
@pytest.mark.spec("R3")
def test_funds_that_go_on_on_the_next_line(record: str, value: date) -> None:
    """The comma that ended the line was read as an empty field, and the next line's as those after it."""
    opened = open_text("bai2", one(record).replace("49,200,3/", "49,200,4/").replace(",5/", ",6/").replace(",7/", ",8/"))

    (line,) = opened.lines
    assert opened.result.accepted
    assert (line.value_date, line.bank_reference, line.customer_reference, line.narrative) == (value, "B", "C", "T")


@pytest.mark.parametrize(
    "account",
    [
        "03,1234567890,,010,0,,/\n88,015,100,,/",
        "03,1234567890,,010,0,,,/\n88,015,100,,,/",
        "03,1234567890,/\n88,010,0,,/\n88,015,100,,/",
        "03,1234567890,,/\n88,010,0,,,/\n88,015,100,,/",
        "03,1234567890,,,,,/\n88,010,0,,,015,100,,/",
        "03,1234567890,,010,0,\n88,,015,100,,/",
    ],
)
@pytest.mark.spec("R2")
def test_summaries_that_go_on_in_the_next_line(account: str) -> None:
    more = account.count("\n")
    text = one("16,142,100,0,B,C,T/").replace("03,1234567890,,010,0,,,015,100,,/", account)
    for old, records in (("1,7/", 7), ("1,5/", 5), ("49,200,3/", 3)):
        text = text.replace(old, f"{old[:-2]}{records + more}/")

    result = open_text("bai2", text).result
    assert result.accepted and (result.statements[0].opening_minor, result.statements[0].closing_minor) == (0, 100)


@pytest.mark.spec("R2")
def test_groups_of_one_account_may_come_newest_first() -> None:
    head, middle, tail = (
        "01,B,C,260107,0600,1,,,2/\n",
        "03,1,EUR,010,{},,,015,{},,/\n16,142,100,0,B,C,T/\n49,{},3/\n98,{},1,5/\n",
        "99,600,2,12/\n",
    )
    first = "02,C,B,1,260106,,EUR,2/\n" + middle.format(0, 100, 200, 200)
    second = "02,C,B,1,260107,,EUR,2/\n" + middle.format(100, 200, 400, 400)

    assert open_text("bai2", head + first + second + tail).result.accepted
    assert open_text("bai2", head + second + first + tail).result.accepted


@pytest.mark.spec("R2")
def test_several_files_in_one_are_read_each_to_its_end() -> None:
    first, second = one("16,142,100,0,B,C,T/"), one("16,142,100,0,B,C,T/").replace("1234567890", "9876543210")
    result = open_text("bai2", first + second).result

    assert result.accepted and [each.account_ref for each in result.statements] == ["1234567890", "9876543210"]
    assert failed(open_text("bai2", first + second.replace("99,200,1,7", "99,201,1,7")).result) == [("control_total", 201, 200)]
    assert refusal_of("bai2", first + second.rpartition("99,")[0]).code == "fragment"
    assert refusal_of("bai2", first + second.partition("\n")[2]).code == "structure"


@pytest.mark.spec("R2")
def test_an_account_that_stands_in_a_file_twice_is_not_loaded_twice() -> None:
    """It is swept to zero each day, so that its balances hold."""
    account = "03,1,EUR,010,0,,,015,0,,/\n16,142,100,0,B,C,T/\n16,475,100,0,B,C,T/\n49,200,4/\n"
    text = "01,B,C,260107,0600,1,,,2/\n02,C,B,1,260106,,EUR,2/\n" + account * 2 + "98,400,2,10/\n99,400,1,12/\n"

    assert failed(open_text("bai2", text).result) == [("sequence", "another than 2026-01-06", "2026-01-06")]


@pytest.mark.spec("R2")
def test_records_glued_on_one_line_are_parted() -> None:
    assert open_text("bai2", one("16,142,100,0,B,C,T/").replace("/\n", "/")).result.accepted


def test_the_currency_is_the_groups_and_without_one_the_standards() -> None:
    assert open_text("bai2", one("16,142,100,,,,/", currency="")).lines[0].currency == "USD"
    assert open_text("bai2", one("16,142,100,,,,/", currency="GBP")).lines[0].currency == "GBP"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (
            "142,123450",
            "142,123451",
            [("control_total", 578950, 578951), ("opening_closing", 221651, 221650), ("control_total", 125150, 125151)],
        ),
        ("49,578950,9", "49,578950,8", [("line_count", 8, 9)]),
        ("98,579950,2,14", "98,579950,3,14", [("line_count", 3, 2)]),
        ("99,579950,1,16", "99,579951,1,16", [("control_total", 579951, 579950)]),
        ("99,579950,1,16", "99,579950,1,17", [("line_count", 17, 16)]),
        ("100,125150,2", "100,125150,3", [("line_count", 3, 2)]),
    ],
)
@pytest.mark.spec("R2")
def test_every_level_has_its_controls(old: str, new: str, wrong: list[tuple[str, int, int]]) -> None:
    assert failed(open_text("bai2", OWN.replace(old, new)).result) == wrong


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("99,579950,1,16/\n", "", "fragment", 1),
        ("98,579950,2,14/\n", "", "structure", 16),
        ("142,123450,S", "142,1234.50,S", "amount", 5),
        ("142,123450,S", "142,-123450,S", "amount", 5),
        ("142,123450,S", "142,123450,Q", "structure", 5),
        ("142,123450,S", "1x2,123450,S", "structure", 5),
        ("V,260108", "V,260132", "date", 7),
        ("EUR,2/", "EUX,2/", "currency", 2),
        ("EUR,2/", "EUR,3/", "not_a_statement", 2),
        ("COUNTROOM,BANKCO,1", "COUNTROOM,BANKCO,4", "not_a_statement", 2),
        ("7,80,,2/", "7,80,,3/", "structure", 1),
        ("ACCOUNT MAINTENANCE", "PAN 4111111111111111", "card_number", 8),
        ("03,DE02120300000000202051,,", "03,,,", "structure", 3),
        ("49,1000,3/", "49,1000,3/ and more", "unexpected_text", 15),
        ("49,1000,3/", "49,1000,3/\nmore", "unexpected_text", 16),
        ("49,1000,3/", "49,1000/", "structure", 15),
        ("D,2,0,3000,1,350", "D,9999,0,3000,1,350", "structure", 10),
        ("01,BANKCO", "BANKCO", "not_a_statement", 1),
    ],
)  # fmt: skip
@pytest.mark.spec("R2")
def test_broken_files_are_refused_at_their_line(old: str, new: str, code: str, line: int) -> None:
    assert OWN.count(old) == 1
    error = refusal_of("bai2", OWN.replace(old, new))
    assert (error.code, error.line) == (code, line)


@pytest.mark.parametrize(
    ("name", "lines", "sums", "balances"),
    [
        ("sample1", [11, 6], {"credit": (5, 320000), "debit": (12, 320000)}, [(None, None), (None, None)]),
        ("sample2", [1, 1, 2, 0, 0], {"credit": (4, 30950000)},
         [(4350000, None), (-500000, None), (10000000, None), (500000, None), (800000, None)]),
    ],
)  # fmt: skip
@pytest.mark.spec("R1", "R2")
def test_files_of_another_library(
    shared_data: Path, name: str, lines: list[int], sums: dict[str, tuple[int, int]], balances: object
) -> None:
    """Totals and counts hold at each level; without booked balances they can't be loaded."""
    found = inspected("bai2", shared_data / f"bank/bai2/{name}.txt")

    assert found["readable"] and not found["accepted"]
    assert [statement["lines"] for statement in found["statements"]] == lines
    assert [(statement["opening_minor"], statement["closing_minor"]) for statement in found["statements"]] == balances
    assert {t["type"]: (t["count"], t["debit_minor"] + t["credit_minor"]) for t in found["totals"]} == sums
    assert all(check["ok"] for check in found["checks"] if "control total" in check["where"] or "number of" in check["where"])
