"""MT940: our own statement field by field, what banks make of the format, and what is refused."""

from datetime import date

import pytest

from reconciliation.formats import BankLine
from tests.reconciliation.formats.opening import open_own, open_text, refusal_of


def statement(
    *fields: str, opening: str = "C260105EUR100,00", closing: str = "C260106EUR100,00", number: str = "7/1", head: str = ""
) -> str:
    body = "".join(f"{field}\n" for field in fields)
    return f"{head}:20:S\n:25:NL91ABNA0417164300\n:28C:{number}\n:60F:{opening}\n{body}:62F:{closing}\n-\n"


def one(field: str, *narrative: str) -> BankLine:
    line: BankLine = open_text("mt940", statement(field, *narrative)).lines[0]
    return line


@pytest.mark.spec("R1", "R2", "R3")
def test_our_own_statement_of_two_pages_holds() -> None:
    opened = open_own("mt940", "statement.sta", account=["SE45 5000 0000 0583 9825 7466"])

    assert opened.result.accepted
    assert [(s.number, s.currency, s.opening_minor, s.closing_minor, s.lines) for s in opened.result.statements] == [
        ("7/1", "SEK", 100000, 1338975, 4),
        ("7/2", "SEK", 1338975, 1338975, 0),
    ]
    assert [(t.type, t.count, t.debit_minor, t.credit_minor) for t in opened.result.totals] == [
        ("credit", 2, 0, 1244550),
        ("debit", 2, 5575, 0),
    ]
    assert [(c.name, c.ok) for c in opened.result.checks] == [
        ("account_matches", True),
        ("opening_closing", True),
        ("account_matches", True),
        ("opening_closing", True),
        ("sequence", True),
    ]


@pytest.mark.parametrize(
    ("said", "charge"),
    [
        ("/OCMT/EUR6,00/CHGS/EUR1,00/", 100),
        ("/EREF/A/CHGS1/EUR0,4/REMI/B", 40),
        ("/CHGS/USD1,00/", 0),
        ("/CHGS/EUR1,005/", 0),
        ("/CHGS/EUR1,00,5/", 0),
        ("CHGS EUR1,00", 0),
    ],
)
@pytest.mark.spec("R3", "R8")
def test_charges_that_the_bank_took_off_the_amount(said: str, charge: int) -> None:
    assert one(":61:2601060106C5,00NTRFREF", f":86:{said}").charges_minor == charge


@pytest.mark.spec("R3")
def test_lines_of_our_own_statement() -> None:
    payout, reversed_credit, reversed_debit, charge = open_own("mt940", "statement.sta").lines

    assert (payout.line_number, payout.amount_minor, payout.kind, payout.is_reversal) == (6, 1234550, "credit", False)
    assert payout.narrative == "TX635094302XT batch 38, COUNTROOM_SANDBOX_EU, ADYEN N.V. Amsterdam Zuidas"
    assert payout.payout_references == ("TX635094302XT",) and payout.bank_reference == "SB0001"
    assert payout.raw.splitlines()[0] == ":61:2601060106C12345,5NTRFNONREF//SB0001"

    assert (reversed_credit.amount_minor, reversed_credit.kind, reversed_credit.is_reversal) == (-4550, "debit", True)
    assert (reversed_credit.end_to_end_id, reversed_credit.counterparty_name) == ("PO01H455VB4PEX5VSKNK084SN02Q", "Cleo Maynot")
    assert reversed_credit.counterparty_account == "SE3550000000054910000003"
    assert reversed_credit.narrative == "RUECKBUCHUNG Payout returned Reversal"

    assert (reversed_debit.amount_minor, reversed_debit.kind, reversed_debit.is_reversal) == (10000, "credit", True)
    assert (reversed_debit.end_to_end_id, reversed_debit.counterparty_name, reversed_debit.narrative) == (
        "PO7",
        "Ben Checks",
        "Returned payout",
    )

    assert (charge.amount_minor, charge.transaction_code, charge.note) == (-1025, "NCHG", "")
    assert (charge.value_date, charge.booking_date) == (date(2026, 1, 6), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("field", "minor", "kind", "reversal"),
    [
        (":61:2601060106C8,8NTRFNONREF", 880, "credit", False),
        (":61:2601060106D6,NTRFNONREF", -600, "debit", False),
        (":61:2601060106C500NTRFNONREF", 50000, "credit", False),
        (":61:260106DR6,00NTRFNONREF", -600, "debit", False),
        (":61:260106CR6,00NTRFNONREF", 600, "credit", False),
        (":61:260106RC6,00NTRFNONREF", -600, "debit", True),
        (":61:260106RD6,00NTRFNONREF", 600, "credit", True),
        (":61:260106RCR6,00NTRFNONREF", -600, "debit", True),
        (":61:260106RDR6,00NTRFNONREF", 600, "credit", True),
        (":61:260106D000000000001,620NTRFNONREF", -162, "debit", False),
    ],
)
@pytest.mark.spec("R3", "L4")
def test_marks_funds_letters_and_amounts(field: str, minor: int, kind: str, reversal: bool) -> None:
    line = one(field)

    assert (line.amount_minor, line.kind, line.is_reversal, line.note) == (minor, kind, reversal, "")


def test_a_funds_letter_of_another_currency_is_noted() -> None:
    assert one(":61:260106DK6,00NTRFNONREF").note == "funds_letter"


@pytest.mark.parametrize(
    ("dates", "value", "booking"),
    [
        ("2512310102", date(2025, 12, 31), date(2026, 1, 2)),
        ("2601021231", date(2026, 1, 2), date(2025, 12, 31)),
        ("2601060106", date(2026, 1, 6), date(2026, 1, 6)),
        ("260106", date(2026, 1, 6), date(2026, 1, 6)),
        ("260230", date(2026, 2, 28), date(2026, 2, 28)),
        ("2402300229", date(2024, 2, 29), date(2024, 2, 29)),
        ("991231", date(1999, 12, 31), date(1999, 12, 31)),
    ],
)
def test_days_over_the_year_end_and_the_thirtieth_of_february(dates: str, value: date, booking: date) -> None:
    line = one(f":61:{dates}C1,NTRFNONREF")

    assert (line.value_date, line.booking_date) == (value, booking)


@pytest.mark.parametrize(
    ("dates", "opened", "booking"),
    [
        ("2503010106", "260105", date(2026, 1, 6)),  # value ten months back
        ("2503011130", "251129", date(2025, 11, 30)),
        ("2501100106", "260105", date(2026, 1, 6)),
        ("2512310102", "250101", date(2026, 1, 2)),  # a statement of a year
        ("2511011101", "260105", date(2025, 11, 1)),  # entered before the opening, as it says
        ("0203250325", "031002", date(2002, 3, 25)),
    ],
)
@pytest.mark.spec("R3", "R8")
def test_an_entry_is_of_the_statements_year_however_far_back_its_value_day_lies(dates: str, opened: str, booking: date) -> None:
    text = statement(f":61:{dates}C1,NTRFNONREF", opening=f"C{opened}EUR100,00", closing="C260106EUR101,00")

    assert open_text("mt940", text).lines[0].booking_date == booking


@pytest.mark.parametrize("rest", [":45:12 card 1", ":20:12 card 1", ":25:12", ":28:12 card", ":21:12", ":13:12", ":64:a", ":99:x"])
@pytest.mark.spec("R3")
def test_a_time_that_is_broken_at_its_colon_is_text(rest: str) -> None:
    text = statement(":61:260106C1,NTRFNONREF", ":86:at 10", rest, ":86:more", closing="C260106EUR101,00")
    opened = open_text("mt940", text, account=["NL91ABNA0417164300"])

    assert opened.result.accepted and opened.lines[0].narrative == f"at 10 {rest} more"
    assert (opened.result.statements[0].number, opened.result.statements[0].account_ref) == ("7/1", "NL91ABNA0417164300")


@pytest.mark.spec("R2")
def test_a_statement_without_its_end_is_no_narrative_of_the_next() -> None:
    cut = statement(":61:260106C1,NTRFNONREF", ":86:text").partition(":62F:")[0]

    assert refusal_of("mt940", cut + statement()).code == "missing_tag"
    assert refusal_of("mt940", cut + statement().replace(":20:S", ":20:12")).code == "structure"


@pytest.mark.spec("R1", "R2")
def test_an_account_with_its_banks_bic() -> None:
    def of(account: str) -> str:
        return statement().replace(":25:NL91ABNA0417164300", account)

    for account in (":25P:NL91ABNA0417164300\nABNANL2A", ":25P:NL91ABNA0417164300\nABNANL2AXXX", ":25:ABNANL2A/NL91ABNA0417164300"):
        assert open_text("mt940", of(account), account=["NL91ABNA0417164300"]).result.accepted
    assert refusal_of("mt940", of(":25P:NL91ABNA0417164300\nABNANL2A\nmore")).code == "unexpected_text"
    assert refusal_of("mt940", of(":25P:NL91ABNA0417164300\nany text")).code == "unexpected_text"
    assert refusal_of("mt940", of(":25:NL91ABNA0417164300\nABNANL2A")).code == "unexpected_text"


def test_references_and_supplementary_details() -> None:
    line = one(":61:260106C1,NTRF0000549855700010//025498557/000001\nsecond line", ":86:text")
    assert (line.customer_reference, line.bank_reference, line.narrative) == ("0000549855700010", "025498557/000001", "text second line")

    glued = one(":61:260106C1,N0440121470966      W.P. Jansen", ":86:a", ":86:b")
    assert (glued.customer_reference, glued.narrative) == ("0121470966", "a b W.P. Jansen")


def test_a_reference_wrapped_mid_word_is_found_whole() -> None:
    line = one(":61:260106C1,NTRFNONREF", ":86:999?20ADYEN TX6350?219430?622XT batch 3?638, SANDBOX_EU")
    assert line.payout_references == ("TX635094302XT",)
    assert line.search_text.startswith("ADYENTX635094302XTBATCH38,SANDBOX_EU|")

    without_code = one(":61:260106C1,NTRFNONREF", ":86:?00GUTSCHRIFT?20EREF: E-9 SVWZ: ADYEN TX6350?219430?622XT?32ADYEN N.V.")
    assert without_code.payout_references == ("TX635094302XT",)
    assert (without_code.end_to_end_id, without_code.counterparty_name) == ("E-9", "ADYEN N.V.")
    assert without_code.narrative == "GUTSCHRIFT ADYEN TX635094302XT"

    free = one(":61:260106C1,NTRFNONREF", f":86:{'x' * 60}TX635\n094302XT")
    assert free.payout_references == ("TX635094302XT",)


@pytest.mark.parametrize(
    "said", [":86:/EREF/E1//CNTP/NL32INGB0000012345/INGBNL2A/STICHTING PSP///REMI/USTD//batch 38/",
             ":86:/EREF/E1/ORDP//NAME/STICHTING PSP/IBAN/NL32INGB0000012345/REMI/batch 38"]
)  # fmt: skip
def test_who_paid_in_slashed_narratives_of_both_kinds(said: str) -> None:
    line = one(":61:260106C1,NTRFEREF", said)
    assert (line.counterparty_name, line.counterparty_account) == ("STICHTING PSP", "NL32INGB0000012345")
    assert (line.end_to_end_id, line.narrative) == ("E1", "batch 38")


def test_a_dash_inside_a_narrative_does_not_end_the_statement() -> None:
    opened = open_text("mt940", statement(":61:260106C1,NTRFNONREF", ":86:text", "-", "more", closing="C260106EUR101,00"))

    assert opened.lines[0].narrative == "text - more" and opened.result.accepted


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\n",
        "ABNANL2A\n940\nABNANL2A\n",
        "0000 01INGBNL2AXXXX00001\n940 00\n",
        ":940:\n",
        "{1:F01X}{2:O940}{4:\n",
        "${1:F01X}{2:O940}{4:\n",
        "\x01",
    ],
)
def test_envelopes_of_banks_are_taken_off(head: str) -> None:
    assert open_text("mt940", statement(head=head)).result.accepted


@pytest.mark.parametrize("trailer", ["", "\n", "-", "-XXX\n", "-}{5:{CHK:1}}\n", "-\n\x03", "-\n\n\x1a"])
def test_trailers_may_be_missing_or_odd(trailer: str) -> None:
    assert open_text("mt940", statement().removesuffix("-\n") + trailer).result.accepted


def test_several_accounts_in_one_file() -> None:
    other = statement().replace("NL91ABNA0417164300", "10020030/1234567").replace("EUR", "JPY").replace(",00", ",")
    result = open_text("mt940", statement() + other).result

    assert [(s.index, s.account_ref, s.currency, s.opening_minor) for s in result.statements] == [
        (1, "NL91ABNA0417164300", "EUR", 10000),
        (2, "10020030/1234567", "JPY", 100),
    ]
    assert result.accepted


@pytest.mark.parametrize(
    ("printed", "iban"),
    [
        ("NL91ABNA0417164300", "nl91 abna 0417 1643 00"),
        ("NL91ABNA0417164300EUR", "NL91ABNA0417164300"),
        ("0417164300", "NL91ABNA0417164300"),
        ("37040044/532013000", "DE89370400440532013000"),
        ("37040044/0532013000EUR", "DE89370400440532013000"),
    ],
)
@pytest.mark.spec("R2")
def test_an_account_is_known_by_its_national_number(printed: str, iban: str) -> None:
    text = statement().replace("NL91ABNA0417164300", printed)

    assert open_text("mt940", text, account=[iban]).result.accepted
    assert not open_text("mt940", text, account=["DE02120300000000202051"]).result.accepted


@pytest.mark.spec("R2")
def test_opening_and_lines_that_are_not_the_closing() -> None:
    result = open_text("mt940", statement(":61:260106C1,00NTRFNONREF")).result

    assert not result.accepted
    assert [(c.name, c.ok, c.expected, c.actual) for c in result.checks] == [("opening_closing", False, 10100, 10000)]


@pytest.mark.spec("R2")
def test_sums_in_the_statements_own_narrative_are_checked() -> None:
    text = statement(":61:260106D1,NTRFNONREF", ":61:260106C1,NTRFNONREF").removesuffix("-\n")

    assert open_text("mt940", text + ":86:D000001C000001D1,00C1,00\n").result.accepted
    wrong = open_text("mt940", text + ":86:D000001C000002D1,00C2,00\n").result
    assert [(c.name, c.expected, c.actual) for c in wrong.checks if not c.ok] == [("line_count", 2, 1), ("control_total", 200, 100)]


@pytest.mark.parametrize(
    ("encoding", "currency", "named"),
    [("utf-8", "EUR", "utf-8"), ("cp1252", "EUR", "cp1252"), ("cp1250", "PLN", "cp1250"), ("utf-16", "EUR", "utf-16")],
)
def test_encodings_of_banks(encoding: str, currency: str, named: str) -> None:
    word = "Zażółć" if currency == "PLN" else "Zürich"
    text = statement(":61:260106C1,NTRFNONREF", f":86:{word}").replace("EUR", currency)
    opened = open_text("mt940", text.encode(encoding))

    assert (opened.lines[0].narrative, opened.result.encoding) == (word, named)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "empty", 1),
        ("nothing of a bank\n", "unexpected_text", 1),
        ("PLAIN WORDS\n", "not_a_statement", 1),
        (":61:260106C1,NTRFNONREF\n", "fragment", 1),
        (":25:NL91ABNA0417164300\n:28C:1\n", "fragment", 1),
        (":20:S\n", "missing_tag", 1),
        (":20:S\n:25:A\n:60F:C260105EUR1,\n", "missing_tag", 1),
        (":20:S\n:25:A\n:61:260106C1,NTRFNONREF\n", "missing_tag", 3),
        (":20:S\n:25:A\n:62F:C260105EUR1,\n", "missing_tag", 3),
        (":20:S\n:60F:C260105EUR1,\n:62F:C260105EUR1,\n", "missing_tag", 1),
        (":20:S\n:25:A\n:34F:EUR0,\n", "not_a_statement", 3),
        (":20:S\n:25:A\n:99:x\n", "unknown_tag", 3),
        (statement(opening="C260105EUR100"), "structure", 4),
        (statement(opening="C260105EUR1.00"), "structure", 4),
        (statement(opening="X260105EUR100,00"), "structure", 4),
        (statement(opening="C261305EUR100,00"), "date", 4),
        (statement(opening="C260105ZZZ100,00"), "currency", 4),
        (statement(opening="C260105JPY100,50"), "amount", 4),
        (statement(opening="C260105EUR100,00\ntext"), "unexpected_text", 5),
        (statement(":61:261306C1,NTRFNONREF"), "date", 5),
        (statement(":61:2601061332C1,NTRFNONREF"), "date", 5),
        (statement(":61:26AB06C1,NTRFNONREF"), "date", 5),
        (statement(":61:260106X1,NTRFNONREF"), "structure", 5),
        (statement(":61:260106C,NTRFNONREF"), "amount", 5),
        (statement(":61:260106C1,005NTRFNONREF"), "amount", 5),
        (statement(":61:260106C1.50NTRFNONREF"), "amount", 5),
        (statement(":61:260106C1,50"), "structure", 5),
        (statement(":60F:C260105EUR1,"), "structure", 5),
        (statement() + "garbage!\n", "unexpected_text", 7),
        (statement().replace(":62F", ":62F:C260105EUR1,\n:62F"), "structure", 6),
        (statement(":61:260106C1,NTRFNONREF", ":86:card 4111111111111111"), "card_number", 6),
        (statement(":86:a\0b"), "encoding", 5),
    ],
)
@pytest.mark.spec("R2", "L4", "C14")
def test_broken_files_are_refused_with_line_and_reason(text: str, code: str, line: int) -> None:
    error = refusal_of("mt940", text)

    assert (error.code, error.line) == (code, line)
    assert error.message


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    assert refusal_of("mt940", ":20:" + "x" * (1 << 20)).code == "too_long"
    assert refusal_of("mt940", ":20:S\n:86:" + "x\n" * 5000).code == "too_long"
