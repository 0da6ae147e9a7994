"""camt.053: our own statement field by field, and what is refused."""

from datetime import UTC, date, datetime

import pytest

from reconciliation.formats.repeated import forgive_repeated, identity
from tests.reconciliation.formats.opening import FILES, Opened, open_own, open_text, refusal_of

IBAN = "MT84MALT011000012345MTLCAST001S"


def own() -> str:
    return (FILES / "statement.camt053.xml").read_text()


def statement(entries: str = "", *, number: str = "1", opening: str = "0.00", closing: str = "0.00", account: str = IBAN) -> str:
    """A Stmt with booked balances in EUR, credit."""
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2026-01-06</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    head = f"<Id>S</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return f"<Stmt>{head}{balances}{entries}</Stmt>"


def entry(amount: str = "5.00", *, currency: str = "EUR", mark: str = "CRDT", status: str = "<Sts>BOOK</Sts>", more: str = "") -> str:
    dates = "" if "<BookgDt" in more else "<BookgDt><Dt>2026-01-06</Dt></BookgDt>"
    return f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{status}{dates}{more}</Ntry>'


def message(*statements: str, version: str = "02") -> str:
    namespace = f' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"' if version else ""
    return f"<Document{namespace}>\n<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>\n{''.join(statements)}</BkToCstmrStmt></Document>"


RECORD = '<Rcrd><Amt Ccy="{}">0.40</Amt><CdtDbtInd>{}</CdtDbtInd><ChrgInclInd>{}</ChrgInclInd></Rcrd>'
TAKEN = f"<Chrgs>{RECORD.format('EUR', 'DBIT', 'true')}</Chrgs>"


@pytest.mark.parametrize(
    ("more", "charge"),
    [
        ('<Chrgs><Amt Ccy="EUR">0.40</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>', 40),  # version 2
        (TAKEN, 40),
        (f"<NtryDtls><TxDtls>{TAKEN}</TxDtls><TxDtls>{TAKEN}</TxDtls></NtryDtls>", 80),
        (f"{TAKEN}<NtryDtls><TxDtls>{TAKEN}</TxDtls></NtryDtls>", 40),  # told twice
        (f"<Chrgs>{RECORD.format('EUR', 'DBIT', 'false')}</Chrgs>", 0),  # not in the amount
        (f"<Chrgs>{RECORD.format('EUR', 'CRDT', 'true')}</Chrgs>", 0),
        (f"<Chrgs>{RECORD.format('USD', 'DBIT', 'true')}</Chrgs>", 0),
        (TAKEN.replace("0.40", "0.4x"), 0),
        ("", 0),
    ],
)
@pytest.mark.spec("R3", "R8")
def test_charges_that_the_bank_took_off_the_amount(more: str, charge: int) -> None:
    (line,) = open_text("camt053", message(statement(entry("5.00", more=more), closing="5.00"))).lines

    assert (line.amount_minor, line.charges_minor) == (500, charge)


@pytest.mark.spec("R1", "R2", "R3")
def test_our_own_statement_holds_in_every_control() -> None:
    result = open_own("camt053", "statement.camt053.xml", account=["mt84 malt 0110 0001 2345 mtlc ast0 01s"]).result

    assert result.accepted
    assert (result.lines, result.encoding) == (5, "utf-8")
    (only,) = result.statements
    assert (only.number, only.currency, only.opening_minor, only.closing_minor, only.lines) == ("7", "EUR", -10000, 113050, 5)
    assert [(t.type, t.count, t.debit_minor, t.credit_minor) for t in result.totals] == [("credit", 2, 0, 125000), ("debit", 2, 1950, 0)]
    assert [(c.name, c.expected, c.actual) for c in result.checks] == [
        ("account_matches", "mt84 malt 0110 0001 2345 mtlc ast0 01s", IBAN),
        ("opening_closing", 113050, 113050),
        ("line_count", 4, 4),
        ("line_count", 2, 2),
        ("line_count", 2, 2),
        ("control_total", 126950, 126950),
        ("control_total", 125000, 125000),
        ("control_total", 1950, 1950),
        ("control_total", 123050, 123050),
    ]


@pytest.mark.spec("R1", "R5")
def test_a_payouts_reference_is_found_wherever_the_remittance_says_it() -> None:
    said = (
        "<Ustrd>free</Ustrd><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf><AddtlRmtInf>TX635094338XT</AddtlRmtInf>"
        "<AddtlRmtInf>batch 38</AddtlRmtInf></Strd><Strd><RfrdDocInf><Nb>INV7</Nb></RfrdDocInf></Strd>"
    )
    details = f"<NtryDtls><TxDtls><RmtInf>{said}</RmtInf><AddtlTxInf>more</AddtlTxInf></TxDtls></NtryDtls>"
    line = open_text("camt053", message(statement(entry(more=details), closing="5.00"))).lines[0]

    assert line.narrative == "free RF18 TX635094338XT batch 38 INV7 more"
    assert line.payout_references == ("TX635094338XT",)


@pytest.mark.spec("R3", "L4")
def test_a_payout_of_the_psp_field_by_field() -> None:
    line = open_own("camt053", "statement.camt053.xml").lines[0]

    assert (line.line_number, line.status, line.kind, line.amount_minor, line.currency) == (17, "BOOK", "credit", 123450, "EUR")
    assert (line.booking_date, line.value_date) == (date(2026, 1, 6), date(2026, 1, 7))
    assert line.booked_at == datetime(2026, 1, 6, 8, 30, 0, 123456, tzinfo=UTC)
    assert (line.bank_reference, line.customer_reference, line.end_to_end_id) == ("BNK-0001", "", "")
    assert (line.transaction_code, line.counterparty_name, line.counterparty_account) == (
        "PMNT/RCDT/ESCT",
        "ADYEN N.V.",
        "NL91ABNA0417164300",
    )
    assert line.narrative == "TX6350 94301XT batch 3 8, COUNTROOM_SANDBOX_EU"
    assert line.search_text == "TX635094301XTBATCH38,COUNTROOM_SANDBOX_EU|1|BNK-0001|T1"
    assert line.payout_references == ("TX635094301XT",)
    assert line.raw.startswith("<Ntry>\n") and line.raw.endswith("</Ntry>") and "TX6350 94301XT" in line.raw


def test_a_reversal_keeps_the_sign_that_is_printed() -> None:
    line = open_own("camt053", "statement.camt053.xml").lines[1]

    assert (line.is_reversal, line.kind, line.amount_minor, line.transaction_code) == (True, "credit", 1550, "544")
    assert line.value_date == line.booking_date == date(2026, 1, 6)
    assert line.narrative == "Charges returned"


def test_a_booked_batch_is_one_line_with_its_payments() -> None:
    line = open_own("camt053", "statement.camt053.xml").lines[2]

    assert (line.kind, line.amount_minor, line.customer_reference, line.note) == ("debit", -1950, "BATCH-9", "")
    assert [(d.amount_minor, d.end_to_end_id, d.counterparty_name) for d in line.details] == [(-1000, "PO1", "Ben"), (-950, "PO2", "")]
    assert line.details[1].narrative == "RF18539007547034"
    assert "|PO1|PO2" in line.search_text


def test_zero_amounts_and_pending_entries_are_lines() -> None:
    zero, pending = open_own("camt053", "statement.camt053.xml").lines[3:]

    assert (zero.amount_minor, zero.kind) == (0, "debit")
    assert (pending.status, pending.amount_minor, pending.booking_date) == ("PDNG", 7700, date(2026, 1, 8))


@pytest.mark.parametrize("version", ["02", "03", "04", "06", "08", ""])
def test_every_version_and_none_is_read(version: str) -> None:
    assert open_text("camt053", message(statement(entry(), closing="5.00"), version=version)).result.accepted


def test_a_prefixed_namespace_in_an_envelope_is_read() -> None:
    inner = message(statement(entry(), closing="5")).replace("<", "<c:").replace("<c:/", "</c:").replace("xmlns=", "xmlns:c=")
    assert open_text("camt053", f"<Envelope><AppHdr>x</AppHdr>{inner}</Envelope>").result.accepted


@pytest.mark.spec("R2")
def test_opening_and_lines_that_are_not_the_closing_are_readable_but_not_accepted() -> None:
    result = open_text("camt053", message(statement(entry(), opening="1.00", closing="5.00"))).result

    assert not result.accepted
    assert [(c.name, c.ok, c.expected, c.actual) for c in result.checks] == [("opening_closing", False, 600, 500)]


@pytest.mark.spec("R2")
def test_an_entry_that_stands_twice_is_one_though_each_has_its_own_number() -> None:
    def twice(*bank_references: str) -> Opened:
        numbered = (
            entry(more=f"<AcctSvcrRef>{reference}</AcctSvcrRef>").replace("<Ntry>", f"<Ntry><NtryRef>{number}</NtryRef>")
            for number, reference in enumerate(bank_references, start=1)
        )
        return open_text("camt053", message(statement("".join(numbered), closing="5.00")))

    def forgiven(*bank_references: str) -> bool:
        opened = twice(*bank_references)
        return forgive_repeated(opened.result, lambda: iter(opened.lines)).accepted  # type: ignore[arg-type,return-value]

    assert forgiven("B1", "B1")
    assert not forgiven("B1", "B2")
    first, second = twice("B1", "B1").lines
    assert identity(first) == identity(second)


@pytest.mark.spec("R2")
def test_statements_of_one_account_must_follow_each_other() -> None:
    def sequence(second: str) -> list[tuple[bool, object, object]]:
        result = open_text("camt053", message(statement(entry(), number="7", closing="5"), second)).result
        return [(check.ok, check.expected, check.actual) for check in result.checks if check.name == "sequence"]

    assert sequence(statement(number="8", opening="5", closing="5")) == [(True, 500, 500)]
    assert sequence(statement(number="1", opening="5", closing="5")) == [(True, 500, 500)]  # a new year
    assert sequence(statement(number="8", opening="4", closing="4")) == [(False, 500, 400)]
    assert sequence(statement(number="9", opening="5", closing="5")) == [(False, "next after 7", "9")]
    assert sequence(statement(number="9", account="MT00OTHER")) == []


def closed_on(day: str, **of: str) -> str:
    return statement(entry(), **of).replace("2026-01-06</Dt></Dt></Bal><Ntry>", f"{day}</Dt></Dt></Bal><Ntry>")


@pytest.mark.spec("R2")
def test_the_newest_statement_may_stand_first() -> None:
    """The days say the order; a statement that is missing between is missing in either."""
    first = closed_on("2026-01-05", number="6", opening="0", closing="5")
    second = closed_on("2026-01-06", number="7", opening="5", closing="10")
    third = closed_on("2026-01-07", number="8", opening="10", closing="15")

    assert open_text("camt053", message(first, second, third)).result.accepted
    assert open_text("camt053", message(third, second, first)).result.accepted
    assert not open_text("camt053", message(third, first)).result.accepted
    assert not open_text("camt053", message(second, third, first)).result.accepted
    wrong = closed_on("2026-01-06", number="7", opening="6", closing="11")
    assert [(c.expected, c.actual) for c in open_text("camt053", message(wrong, first)).result.checks if not c.ok] == [(500, 600)]


@pytest.mark.spec("R2")
def test_newest_first_on_one_day_is_told_by_numbers_and_balances() -> None:
    first, second = statement(entry(), number="6", closing="5"), statement(entry(), number="7", opening="5", closing="10")

    assert open_text("camt053", message(second, first)).result.accepted
    swept = [statement(number=number) for number in ("6", "7")]
    assert open_text("camt053", message(*reversed(swept))).result.accepted
    assert not open_text("camt053", message(statement(entry(), number="7", opening="6", closing="11"), first)).result.accepted


@pytest.mark.parametrize(
    ("before", "after", "follows"),
    [
        ("20260102", "20260105", True),  # Friday, Monday
        ("260102", "260105", True),
        ("2026002", "2026005", True),
        ("26002", "26005", True),
        ("002", "005", True),
        ("26002", "26004", False),
        ("20260102", "20260106", False),
        ("25253", "26001", True),  # the year's number before its own
        ("2025253", "2026001", True),
        ("25253", "26002", False),
        ("24253", "26001", False),
    ],
)
@pytest.mark.spec("R2")
def test_numbers_that_say_the_day_or_the_year(before: str, after: str, follows: bool) -> None:
    first = closed_on("2026-01-02", number=before, closing="5")
    second = closed_on("2026-01-05", number=after, opening="5", closing="10")

    assert open_text("camt053", message(first, second)).result.accepted is follows


@pytest.mark.spec("R2")
def test_pages_of_one_statement_have_its_number_and_their_own() -> None:
    def page(number: int, last: str, codes: tuple[str, str], **balances: str) -> str:
        text = statement(entry(), number="7", **balances).replace("OPBD", codes[0]).replace("CLBD", codes[1])
        return text.replace("<Id>S</Id>", f"<Id>S</Id><StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>")

    first = page(1, "false", ("OPBD", "ITBD"), opening="0", closing="5")
    second = page(2, "true", ("ITBD", "CLBD"), opening="5", closing="10")
    result = open_text("camt053", message(first, second, version="08")).result

    assert result.accepted and [each.number for each in result.statements] == ["7/1", "7/2"]
    assert not open_text("camt053", message(first, page(3, "true", ("ITBD", "CLBD"), opening="5", closing="10"))).result.accepted
    whole = page(1, "true", ("OPBD", "CLBD"), opening="0", closing="5")
    assert open_text("camt053", message(whole)).result.statements[0].number == "7"


@pytest.mark.spec("R2")
def test_an_id_is_no_number_of_a_row() -> None:
    first, second = statement(entry(), closing="5"), statement(entry(), opening="5", closing="10")
    by_id = [
        text.replace("<ElctrncSeqNb>1</ElctrncSeqNb>", "").replace("<Id>S</Id>", f"<Id>{own}</Id>")
        for text, own in ((first, "4530000123"), (second, "4530000987"))
    ]
    result = open_text("camt053", message(*by_id)).result

    assert result.accepted and [each.number for each in result.statements] == ["4530000123", "4530000987"]
    swept = statement(entry() + entry(mark="DBIT")).replace("<ElctrncSeqNb>1</ElctrncSeqNb>", "")
    assert not open_text("camt053", message(swept, swept)).result.accepted


@pytest.mark.spec("R2")
def test_the_banks_own_count_and_sum_are_checked() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>6.00</Sum></TtlNtries></TxsSummry>"
    result = open_text("camt053", message(statement(summary + entry(), closing="5"))).result

    assert [(c.name, c.ok, c.expected, c.actual) for c in result.checks[1:]] == [
        ("line_count", False, 2, 1),
        ("control_total", False, 600, 500),
    ]
    assert not result.accepted


@pytest.mark.spec("R2")
def test_a_net_sum_that_says_no_direction_is_no_control() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries><TtlNetNtryAmt>5.00</TtlNetNtryAmt></TtlNtries></TxsSummry>"
    result = open_text("camt053", message(statement(summary + entry(), closing="5"))).result

    assert result.accepted and [check.name for check in result.checks] == ["opening_closing", "line_count"]


def test_payments_of_several_blocks_are_counted_together() -> None:
    def note(*counts: int) -> str:
        payment = "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls>"
        blocks = "".join(f"<NtryDtls><Btch><NbOfTxs>{count}</NbOfTxs></Btch>{payment}</NtryDtls>" for count in counts)
        return str(open_text("camt053", message(statement(entry(more=blocks), closing="5"))).lines[0].note)

    assert (note(1, 1), note(1, 2)) == ("", "details_incomplete")


def test_entries_in_another_currency_fail_the_balance() -> None:
    result = open_text("camt053", message(statement(entry() + entry(currency="SEK"), closing="5"))).result

    assert not result.accepted and "SEK on an account in EUR" in result.checks[0].where


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        (entry("5.005"), "amount"),
        (entry("-5.00"), "amount"),
        (entry("5,00"), "amount"),
        (entry("1e3"), "amount"),
        (entry(""), "amount"),
        (entry(currency=""), "currency"),
        (entry(currency="ZZZ"), "currency"),
        (entry(mark="credit"), "structure"),
        (entry(status=""), "missing_tag"),
        (entry(status="<Sts>DONE</Sts>"), "structure"),
        (entry(more="<BookgDt><Dt>2026-02-30</Dt></BookgDt>"), "date"),
        (entry(more="<BookgDt/>"), "date"),
        (entry(more="<BookgDt><Dt>0001-01-01</Dt></BookgDt>"), "date"),
        (entry(more="<BookgDt><DtTm>0001-01-01T00:00:00+01:00</DtTm></BookgDt>"), "date"),
        (entry(more="<ValDt><DtTm>9999-12-31T23:59:59-05:00</DtTm></ValDt>"), "date"),
        ("<Ntry/>", "missing_tag"),
        (entry(more="<AddtlNtryInf>card 4111 1111 1111 1111</AddtlNtryInf>"), "card_number"),
    ],
)
@pytest.mark.spec("R2", "L4", "C14")
def test_a_broken_entry_refuses_the_file_at_its_line(entries: str, code: str) -> None:
    error = refusal_of("camt053", message(statement(entry() + "\n" + entries)))

    assert (error.code, error.line) == (code, 4)
    assert error.column > 0


@pytest.mark.parametrize(
    ("root", "word"), [("BkToCstmrAcctRpt", "camt.052"), ("BkToCstmrDbtCdtNtfctn", "camt.054"), ("CstmrCdtTrfInitn", "no BkToCstmrStmt")]
)
def test_other_messages_are_no_statements(root: str, word: str) -> None:
    error = refusal_of("camt053", f"<Document><{root}><Ntfctn/></{root}></Document>")

    assert error.code == "not_a_statement" and word in error.message


def test_a_statement_namespace_of_another_standard_is_refused() -> None:
    text = message(statement()).replace("camt.053", "camt.054")
    assert refusal_of("camt053", text).code == "not_a_statement"


def test_a_cut_file_is_refused_at_its_last_line() -> None:
    error = refusal_of("camt053", own()[:3000])

    assert error.code == "structure" and error.line > 40


def test_no_statement_and_no_account_are_refused() -> None:
    assert refusal_of("camt053", message()).code == "missing_tag"
    assert refusal_of("camt053", message("<Stmt><Id>1</Id></Stmt>")).code == "missing_tag"


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><Document>&i;</Document>"
)


@pytest.mark.parametrize(
    "text",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE Document SYSTEM "file:///etc/passwd"><Document/>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "http://127.0.0.1/">]><Document><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>',
    ],
)
@pytest.mark.spec("R2")
def test_entities_and_document_types_are_forbidden(text: str) -> None:
    assert refusal_of("camt053", text).code == "forbidden_xml"


def test_deep_and_huge_elements_are_refused() -> None:
    assert refusal_of("camt053", "<a>" * 100_000).code == "structure"
    assert refusal_of("camt053", message(statement("<Ntry>" + "<x/>" * 300_000 + "</Ntry>"))).code == "too_long"
    assert refusal_of("camt053", message(statement("<Ntry><x>" + "y" * (9 << 20) + "</x></Ntry>"))).code == "too_long"


def test_an_entry_of_many_payments_stays_small() -> None:
    payments = "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls>" * 30_000
    line = open_text("camt053", message(statement(entry(more=f"<NtryDtls>{payments}</NtryDtls>"), closing="5"))).lines[0]

    assert len(line.details) == 10_000 and line.raw == ""


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252"])
def test_declared_encodings_are_read(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + message(
        statement(entry(more="<AddtlNtryInf>Zürich</AddtlNtryInf>"), closing="5")
    )
    opened = open_text("camt053", text.encode(encoding))

    assert opened.lines[0].narrative == "Zürich" and "Zürich" in opened.lines[0].raw
    assert opened.result.encoding == encoding


def test_an_unknown_encoding_is_refused() -> None:
    assert refusal_of("camt053", '<?xml version="1.0" encoding="klingon"?><Document/>').code in ("encoding", "structure")


def test_lines_beyond_65535_are_named_rightly() -> None:
    error = refusal_of("camt053", message(statement("\n" * 100_000 + entry("x"))))

    assert error.line == 100_003


def test_an_empty_file_is_refused() -> None:
    assert refusal_of("camt053", "").code == "empty"
    assert refusal_of("camt053", "   \n").code == "empty"
