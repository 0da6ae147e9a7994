""":61: and its :86: -> one canonical bank line. Source: SWIFT MT940, and what banks make of it."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from ledger.card_numbers import find_card_number
from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.mt940_days import read_comma_amount, read_day, read_entry_day
from reconciliation.formats.mt940_fields import Field
from reconciliation.formats.mt940_narrative import read_narrative
from reconciliation.formats.references import find_payout_references, squeeze
from reconciliation.formats.statement_book import Balance
from reconciliation.formats.values import BankLine, FormatRefused

_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R[CD]|[CD])(?P<funds>[A-Z])?[ ]?"
    r"(?P<amount>\d[\d,.]*)(?P<code>[A-Z][A-Z0-9]{3})(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_CHARGES = re.compile(r"/CHGS\d?/([A-Z]{3})(\d{1,15},\d{0,3})(?![\d,])", re.ASCII)
_REFERENCE = 16
_SUPPLEMENT = 34  # a bank reference longer than 16 goes on, up to here


@dataclass(slots=True)
class Entry:
    """A :61: with the :86: fields that follow it."""

    place: Field
    narratives: list[Field] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _References:
    customer: str
    bank: str
    supplement: str


def read_entry(entry: Entry, *, statement_index: int, opening: Balance) -> BankLine:
    """The line of an entry. Raises FormatRefused where it can't be read, or a card number is found in its text."""
    place, currency = entry.place, opening.currency
    found = _LINE.fullmatch(place.lines[0])
    if found is None:
        raise _refuse_line(place)
    amount = read_comma_amount(found["amount"], currency, line=place.line, column=5 + found.start("amount"))
    credit = found["mark"] in ("C", "RD")  # a reversal of a debit comes in, of a credit goes out
    value, booking = _days(found, place, opening.on)
    references = _references(found["rest"], place.lines[1:])
    narrative = read_narrative([line for part in entry.narratives for line in part.lines])
    searched = squeeze(narrative.whole, references.customer, references.bank, references.supplement)
    text = " ".join(filter(None, [narrative.text, references.supplement]))
    _refuse_cards(entry, text)
    return BankLine(
        line_number=place.line,
        statement_index=statement_index,
        status="BOOK",
        kind="credit" if credit else "debit",
        amount_minor=amount if credit else -amount,
        currency=currency,
        is_reversal=found["mark"].startswith("R"),
        booking_date=booking,
        value_date=value,
        booked_at=None,
        bank_reference=_known(references.bank),
        customer_reference=_known(references.customer),
        end_to_end_id=narrative.end_to_end_id,
        transaction_code=found["code"],
        counterparty_name=narrative.counterparty_name,
        counterparty_account=narrative.counterparty_account,
        narrative=text,
        search_text=searched,
        payout_references=find_payout_references(searched),
        details=(),
        note="funds_letter" if found["funds"] and found["funds"] != currency[2:] else "",
        raw="\n".join([place.raw, *(part.raw for part in entry.narratives)]),
        charges_minor=_charges(f"{references.supplement}|{narrative.whole}", currency),
    )


def _charges(said: str, currency: str) -> int:
    """What the bank says that it took off the amount: /CHGS/EUR1,00/, in the account's currency; one in another explains nothing here."""
    total = 0
    for code, amount in _CHARGES.findall(said):
        if code == currency:
            with suppress(AmountError):
                total += read_amount(amount, get_exponent(code), mark=",", signed=False)
    return total


def _refuse_line(place: Field) -> FormatRefused:
    """Says which part of :61: fails first."""
    text = place.lines[0]
    for pattern, code, what in (
        (r"\d{6}", "date", "a value date YYMMDD"),
        (r"\d{6}(\d{4})?(R[CD]|[CD])", "structure", "C, D, RC or RD after the dates"),
        (r"\d{6}(\d{4})?(R[CD]|[CD])[A-Z]?[ ]?\d", "amount", "an amount"),
    ):
        if not re.match(pattern, text, re.ASCII):
            return FormatRefused(code, f":61: lacks {what}: {text[:30]!r}", line=place.line, column=5)
    message = f":61: lacks a transaction type such as NTRF after the amount: {text[:40]!r}"
    return FormatRefused("structure", message, line=place.line, column=5)


def _days(found: re.Match[str], place: Field, opened: date) -> tuple[date, date]:
    """(value, booking); without an entry day the value day stands for it."""
    try:
        value = read_day(found["value"])
        return value, read_entry_day(found["entry"], value, opened) if found["entry"] else value
    except (ValueError, OverflowError):
        raise FormatRefused("date", f":61: {found['value']}{found['entry'] or ''} is not a date", line=place.line, column=5) from None


def _references(rest: str, more: list[str]) -> _References:
    """Customer reference (16 characters), "//" bank reference (16, some banks more), and what is left or on the next lines."""
    customer, slashes, bank = rest.partition("//")
    left = ""
    if not slashes:
        customer, left = rest[:_REFERENCE], rest[_REFERENCE:]
    bank, beyond = bank[:_SUPPLEMENT], bank[_SUPPLEMENT:]
    supplement = " ".join(filter(None, (part.strip() for part in (left, beyond, *more))))
    return _References(customer.strip(), bank.strip(), supplement)


def _known(reference: str) -> str:
    return "" if reference.upper() in ("NONREF", "NOTPROVIDED") else reference


def _refuse_cards(entry: Entry, text: str) -> None:
    if find_card_number(text) >= 0:
        line = entry.narratives[0].line if entry.narratives else entry.place.line
        raise FormatRefused("card_number", "a card number in the narrative; the file is to be quarantined", line=line, column=1)
