"""One Ntry of a camt statement -> one canonical bank line; the payments in it become its details."""

from dataclasses import dataclass

from ledger.card_numbers import find_card_number
from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.camt_parts import When, is_debit, read_charges, read_money, read_party, read_when, refuse, require
from reconciliation.formats.references import find_payout_references, squeeze
from reconciliation.formats.values import BankDetail, BankLine, FormatRefused
from reconciliation.formats.xml_stream import Element

_STATUSES = {"BOOK": "BOOK", "PDNG": "PDNG", "FUTR": "PDNG", "INFO": "INFO"}


@dataclass(frozen=True, slots=True)
class Part:
    """What is kept of a TxDtls."""

    detail: BankDetail
    references: tuple[str, ...]
    charges_minor: int


def reduce_details(details: Element, entry: Element) -> Part:
    """One payment of an entry; its direction is its own CdtDbtInd, else the entry's."""
    debit = (details.get("CdtDbtInd") or entry.get("CdtDbtInd")) == "DBIT"
    amount, currency = _detail_amount(details)
    party = read_party(details, debit=debit)
    detail = BankDetail(
        amount_minor=-amount if amount and debit else amount,
        currency=currency,
        end_to_end_id=_known(details.get("Refs", "EndToEndId")),
        bank_reference=details.get("Refs", "AcctSvcrRef") or details.get("Refs", "TxId"),
        counterparty_name=party.name,
        counterparty_account=party.account,
        narrative=_narrative(details),
    )
    told = entry.find("Amt")
    charges = read_charges(details, told.attributes.get("Ccy", "") if told else "")
    return Part(detail, tuple(_texts(details.find("Refs"))), charges)


def read_entry(entry: Element, *, statement_index: int) -> BankLine:
    """The line of an Ntry. Raises FormatRefused where amount, direction, status or date can't be read, or a card number is found."""
    amount, currency = read_money(require(entry, "Amt"))
    debit = is_debit(entry)
    booked, valued = _dates(entry)
    parts = [part for part in entry.reduced if isinstance(part, Part)]
    details = tuple(part.detail for part in parts)
    references = [reference for part in parts for reference in part.references]
    first = details[0] if details else None
    narrative = " ".join(filter(None, [*(detail.narrative for detail in details[:100]), entry.get("AddtlNtryInf")]))
    _refuse_cards(entry, narrative)
    searched = squeeze(narrative, *dict.fromkeys([entry.get("NtryRef"), entry.get("AcctSvcrRef"), *references[:1000]]))
    return BankLine(
        line_number=entry.line,
        statement_index=statement_index,
        status=_status(entry),
        kind="debit" if debit else "credit",
        amount_minor=-amount if debit else amount,
        currency=currency,
        is_reversal=entry.get("RvslInd") in ("true", "1"),
        booking_date=booked.on,
        value_date=valued.on,
        booked_at=booked.at,
        bank_reference=entry.get("AcctSvcrRef") or (first.bank_reference if first else ""),
        customer_reference=entry.get("NtryDtls", "Btch", "PmtInfId"),  # not NtryRef: it numbers entries, also two that are one
        end_to_end_id=first.end_to_end_id if first and len(details) == 1 else "",
        transaction_code=_transaction_code(entry),
        counterparty_name=first.counterparty_name if first else "",
        counterparty_account=first.counterparty_account if first else "",
        narrative=narrative,
        search_text=searched,
        payout_references=find_payout_references(searched),
        details=details,
        note=_note(entry, details, amount=-amount if debit else amount, currency=currency),
        raw=entry.raw,
        charges_minor=read_charges(entry, currency) or sum(part.charges_minor for part in parts),
    )


def _status(entry: Element) -> str:
    """Sts is a code up to version 6, Sts/Cd from version 8 on."""
    status = require(entry, "Sts")
    said = status.get("Cd") or status.get("Prtry") or status.text.strip()
    if said not in _STATUSES:
        raise refuse(status, "structure", f"{said[:20]!r} is no status of an entry")
    return _STATUSES[said]


def _dates(entry: Element) -> tuple[When, When]:
    """(booking, value); one stands for the other where it is missing."""
    booking, value = entry.find("BookgDt"), entry.find("ValDt")
    found = booking or value
    if found is None:
        raise refuse(entry, "date", "neither BookgDt nor ValDt")
    return read_when(found), read_when(value or found)


def _transaction_code(entry: Element) -> str:
    """Domain/family/sub-family, else the bank's own code."""
    code = entry.find("BkTxCd")
    if code is None:
        return ""
    parts = (code.get("Domn", "Cd"), code.get("Domn", "Fmly", "Cd"), code.get("Domn", "Fmly", "SubFmlyCd"))
    return "/".join(filter(None, parts)) or code.get("Prtry", "Cd")


def _narrative(details: Element) -> str:
    """Free text, which banks cut anywhere, then structured references, then the bank's remark."""
    remittance = details.find("RmtInf")
    free = " ".join(part.text.strip() for part in remittance.find_all("Ustrd")) if remittance else ""
    structured = [text for block in remittance.find_all("Strd") for text in _structured(block)] if remittance else []
    return " ".join(filter(None, [free, *structured, details.get("AddtlTxInf")]))


def _structured(block: Element) -> list[str]:
    """The creditor's reference, numbers of documents, and what is said beside them: a payout's reference may stand in any."""
    documents = [document.get("Nb") for document in block.find_all("RfrdDocInf")]
    return [block.get("CdtrRefInf", "Ref"), *documents, *(said.text.strip() for said in block.find_all("AddtlRmtInf"))]


def _detail_amount(details: Element) -> tuple[int | None, str]:
    """Unsigned amount of one payment, None where the bank gives none that is exact."""
    amount = details.find("Amt") or details.find("AmtDtls", "TxAmt", "Amt")
    currency = amount.attributes.get("Ccy", "") if amount else ""
    try:
        return (read_amount(amount.text.strip(), get_exponent(currency), signed=False), currency) if amount else (None, "")
    except AmountError:
        return None, currency


def _note(entry: Element, details: tuple[BankDetail, ...], *, amount: int, currency: str) -> str:
    """Banks may leave amounts of the payments out or give them in another currency: a difference is said, not refused."""
    amounts = [detail.amount_minor for detail in details if detail.currency == currency]
    if details and len(amounts) == len(details) and sum(filter(None, amounts)) != amount and None not in amounts:
        return "details_differ"
    said = [block.get("Btch", "NbOfTxs") for block in entry.find_all("NtryDtls")]
    is_said = bool(details) and all(count.isdecimal() for count in said)
    return "details_incomplete" if is_said and sum(int(count[:9]) for count in said) != len(details) else ""


def _texts(element: Element | None) -> list[str]:
    """Every text below an element."""
    if element is None:
        return []
    own = [_known(element.text.strip())] if not element.children else []
    return [text for text in [*own, *(text for child in element.children for text in _texts(child))] if text]


def _known(reference: str) -> str:
    return "" if reference.upper() in ("NOTPROVIDED", "NOTAVAILABLE") else reference


def _refuse_cards(entry: Element, narrative: str) -> None:
    if find_card_number(narrative) >= 0:
        raise FormatRefused("card_number", "Ntry: a card number; the file is to be quarantined", line=entry.line, column=entry.column)
