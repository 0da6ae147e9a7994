"""Parts of a camt message: amounts, days, parties and the payments inside one entry. Source: ISO 20022 camt.053.001.02 to .08."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.statement_book import Balance, Stated
from reconciliation.formats.values import FormatRefused
from reconciliation.formats.xml_stream import Element

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,12}))?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


_YEARS = (1970, 9000)


@dataclass(frozen=True, slots=True)
class When:
    """A printed day, and the instant where the bank gives one with an offset."""

    on: date
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Party:
    """Who stands on the other side."""

    name: str
    account: str


def refuse(element: Element, code: str, message: str) -> FormatRefused:
    return FormatRefused(code, f"{element.name}: {message}", line=element.line, column=element.column)


def require(element: Element, *path: str) -> Element:
    """The element at a path; raises FormatRefused naming the nearest place where it is missing."""
    found = element.find(*path)
    if found is None:
        raise refuse(element, "missing_tag", f"no {'/'.join(path)}")
    return found


def read_money(element: Element) -> tuple[int, str]:
    """Unsigned minor units and currency of an Amt with its Ccy."""
    currency = element.attributes.get("Ccy", "")
    if not currency:
        raise refuse(element, "currency", "an amount without Ccy")
    return read_unsigned(element, currency), currency


def read_unsigned(element: Element, currency: str) -> int:
    """Unsigned minor units; the direction of every camt amount stands in CdtDbtInd."""
    try:
        exponent = get_exponent(currency)
    except AmountError as error:
        raise refuse(element, "currency", str(error)) from None
    try:
        return read_amount(element.text.strip(), exponent, signed=False)
    except AmountError as error:
        raise refuse(element, "amount", str(error)) from None


def is_debit(element: Element) -> bool:
    """CdtDbtInd as printed; RvslInd never turns it."""
    mark = require(element, "CdtDbtInd")
    said = mark.text.strip()
    if said not in ("CRDT", "DBIT"):
        raise refuse(mark, "structure", f"{said[:20]!r} is neither CRDT nor DBIT")
    return said == "DBIT"


def read_balance(element: Element) -> tuple[str, Balance]:
    """(type code such as OPBD, signed balance)."""
    code = element.get("Tp", "CdOrPrtry", "Cd") or element.get("Tp", "CdOrPrtry", "Prtry")
    amount, currency = read_money(require(element, "Amt"))
    when = read_when(require(element, "Dt"))
    return code, Balance(-amount if is_debit(element) else amount, currency, when.on)


def read_when(element: Element) -> When:
    """A choice of Dt and DtTm; some banks put an instant where a day belongs."""
    chosen = element.find("DtTm") or element.find("Dt") or element
    text = chosen.text.strip()
    try:
        if day := _DAY.fullmatch(text):
            found = When(date.fromisoformat(day[1]), None)
        elif instant := _INSTANT.fullmatch(text):
            found = _instant(instant)
        else:
            raise refuse(chosen, "date", f"{text[:40]!r} is not a date")
    except (ValueError, OverflowError):
        raise refuse(chosen, "date", f"{text[:40]!r} is not a date") from None
    if not _YEARS[0] <= found.on.year <= _YEARS[1]:
        raise refuse(chosen, "date", f"{text[:40]!r}: the year {found.on.year} can't be; programs write such days where they have none")
    return found


def _instant(found: re.Match[str]) -> When:
    local = datetime.fromisoformat(f"{found[1]}.{(found[2] or '0')[:6].ljust(6, '0')}")
    at = datetime.fromisoformat(f"{local.isoformat()}{found[3].replace('Z', '+00:00')}").astimezone(UTC) if found[3] else None
    return When(local.date(), at)


def read_stated(element: Element, currency: str) -> list[Stated]:
    """TxsSummry: the bank's counts and sums, where it gives them."""
    every, credit, debit = (element.find(name) for name in ("TtlNtries", "TtlCdtNtries", "TtlDbtNtries"))
    return [
        Stated(
            where="TxsSummry",
            count=_count(every),
            credit_count=_count(credit),
            debit_count=_count(debit),
            sum_minor=_sum(every, currency),
            credit_minor=_sum(credit, currency),
            debit_minor=_sum(debit, currency),
            net_minor=_net(every, currency),
        )
    ]


def _count(element: Element | None) -> int | None:
    found = element.find("NbOfNtries") if element else None
    if found is None:
        return None
    text = found.text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise refuse(found, "structure", f"{text[:40]!r} is not a count")
    return int(text)


def _sum(element: Element | None, currency: str) -> int | None:
    found = element.find("Sum") if element else None
    return None if found is None or not currency else read_unsigned(found, currency)


def _net(element: Element | None, currency: str) -> int | None:
    """TtlNetNtryAmt + CdtDbtInd up to version 2, TtlNetNtry/Amt + CdtDbtInd later."""
    holder = (element.find("TtlNetNtry") or element) if element else None
    found = (holder.find("Amt") or holder.find("TtlNetNtryAmt")) if holder else None
    if holder is None or found is None or not currency or holder.find("CdtDbtInd") is None:  # which version 2 may leave out
        return None
    amount = read_unsigned(found, currency)
    return -amount if is_debit(holder) else amount


def read_charges(element: Element, currency: str) -> int:
    """What a Chrgs says that the bank took off the amount beside it, in its currency, positive. Rcrd from version 3 on, which may say that
    a charge is not in the amount. What can't be read explains nothing, and refuses nothing."""
    total = 0
    for charges in element.find_all("Chrgs"):
        for each in charges.find_all("Rcrd") or [charges]:
            amount, is_taken = each.find("Amt"), each.get("CdtDbtInd") != "CRDT" and each.get("ChrgInclInd") not in ("false", "0")
            if amount is not None and is_taken and amount.attributes.get("Ccy") == currency:
                with suppress(AmountError):
                    total += read_amount(amount.text.strip(), get_exponent(currency), signed=False)
    return total


def read_page(element: Element) -> str:
    """ "/2" of a StmtPgntn, "" where the statement is one page: all pages of a statement have its number."""
    page = element.get("PgNb")
    is_whole = page.strip("0") == "1" and element.get("LastPgInd") in ("true", "1")
    return f"/{page[:9]}" if page and not is_whole else ""


def read_account(element: Element) -> str:
    """IBAN, else another id, of an Acct or a party's account."""
    return element.get("Id", "IBAN") or element.get("Id", "Othr", "Id") or element.get("Id", "PrtryAcct", "Id")


def read_party(details: Element, *, debit: bool) -> Party:
    """Who paid us (credit) or whom we paid (debit); the other role where a bank fills only that."""
    roles = ("Cdtr", "Dbtr") if debit else ("Dbtr", "Cdtr")
    parties = details.find("RltdPties")
    for role in roles if parties else ():
        who = parties.find(role) if parties else None
        account = parties.find(f"{role}Acct") if parties else None
        name = (who.get("Nm") or who.get("Pty", "Nm")) if who else ""
        if name or account:
            return Party(name, read_account(account) if account else "")
    return Party("", "")
