"""One account of a BAI2 file: record 03 with its summaries, its transactions 16, and its trailer 49."""

import re
from dataclasses import dataclass
from datetime import date

from ledger.card_numbers import find_card_number
from reconciliation.formats.amounts import AmountError, get_exponent
from reconciliation.formats.bai2_fields import direction_of, is_reversal, named_code, read_amount, read_count, read_funds
from reconciliation.formats.bai2_records import Cursor, Record
from reconciliation.formats.references import find_payout_references, squeeze
from reconciliation.formats.statement_book import Balance, Stated, Tally
from reconciliation.formats.values import BankLine

_CODE = re.compile(r"\d{3}", re.ASCII)
_OPENING, _CLOSING = "010", "015"
_TOTALS = {"100": "credit", "400": "debit"}


@dataclass(slots=True)
class Account:
    """`sum_minor`: the algebraic sum of every amount so far, which 49 repeats; `records`: how many there were, 49 among them."""

    tally: Tally
    as_of: date
    sum_minor: int = 0
    records: int = 0


def open_account(record: Record, *, index: int, as_of: date, currency: str) -> Account:
    """The account that a record 03 begins. `currency`: the group's, where the record names none."""
    cursor = Cursor(record)
    tally = Tally(index=index, line_number=record.line, number=as_of.isoformat())
    tally.account_ref = cursor.take()
    if not tally.account_ref:
        raise cursor.refuse("structure", "no account number")
    tally.currency = read_currency(cursor) or currency
    account = Account(tally, as_of, records=record.records)
    cursor.skip_blank()
    while not cursor.at_end:
        _read_summary(account, cursor)
        cursor.skip_blank()  # some end each line with a comma more than it has fields
    return account


def read_currency(cursor: Cursor) -> str:
    """A currency code, or "" where the field is empty."""
    code = cursor.take()
    try:
        if code:
            get_exponent(code)
    except AmountError as error:
        raise cursor.refuse("currency", str(error)) from None
    return code


def _read_summary(account: Account, cursor: Cursor) -> None:
    """A balance or a total: type code, amount, number of items, funds type. Fields may all be empty."""
    code = cursor.take()
    if code and not _CODE.fullmatch(code):
        raise cursor.refuse("structure", f"{code[:20]!r} is not a type code")
    amount, count = read_amount(cursor, signed=True), read_count(cursor)
    read_funds(cursor)
    account.sum_minor += amount
    tally = account.tally
    if code == _OPENING:
        tally.opening = tally.opening or Balance(amount, tally.currency, account.as_of)
    elif code == _CLOSING:
        tally.closing = tally.closing or Balance(amount, tally.currency, account.as_of)
    elif code in _TOTALS:
        tally.stated.append(_stated(code, abs(amount), count))


def _stated(code: str, amount: int, count: int | None) -> Stated:
    where = f"summary {code}"
    if _TOTALS[code] == "credit":
        return Stated(where, credit_count=count, credit_minor=amount)
    return Stated(where, debit_count=count, debit_minor=amount)


def read_line(account: Account, record: Record) -> BankLine:
    """The canonical line of a record 16; an amount whose code says no direction is kept, and has moved nothing."""
    cursor = Cursor(record)
    code = cursor.take()
    if not _CODE.fullmatch(code):
        raise cursor.refuse("structure", f"{code[:20]!r} is not a type code")
    amount = read_amount(cursor, signed=False)
    funds, bank, customer, text = read_funds(cursor), cursor.take(), cursor.take(), cursor.rest()
    account.sum_minor += amount
    account.records += record.records
    if find_card_number(text) >= 0:
        raise cursor.refuse("card_number", "a card number in the text; the file is to be quarantined")
    kind = direction_of(code)
    searched = squeeze(text, customer, bank)
    line = BankLine(
        line_number=record.line,
        statement_index=account.tally.index,
        status="INFO" if kind == "unknown" else "BOOK",
        kind=kind,
        amount_minor=-amount if kind == "debit" else amount,
        currency=account.tally.currency,
        is_reversal=is_reversal(code),
        booking_date=account.as_of,
        value_date=funds.value_date(account.as_of),
        booked_at=None,
        bank_reference=bank,
        customer_reference=customer,
        end_to_end_id="",
        transaction_code=named_code(code),
        counterparty_name="",
        counterparty_account="",
        narrative=text,
        search_text=searched,
        payout_references=find_payout_references(searched),
        details=(),
        note="unknown_type_code" if kind == "unknown" else "",
        raw="\n".join(record.raw),
    )
    account.tally.add(line)
    return line
