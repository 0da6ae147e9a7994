"""camt.053 statements, versions 08 and 02 (FORMATS.md 2; iso20022.org, Bank-to-Customer Statement)."""

from xml.etree import ElementTree

from config.sandbox.reports.amounts import plain
from config.sandbox.reports.bank import Line, Statement

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
SHORT_NARRATIVE = 30  # what banks behind version 02 show of it
CODES = {
    ("transfer", True): ("PMNT", "RCDT", "ESCT"),
    ("payment", True): ("PMNT", "RCDT", "ESCT"),
    ("payment", False): ("PMNT", "ICDT", "ESCT"),
    ("charge", False): ("ACMT", "MDOP", "CHRG"),
    ("reversal", True): ("ACMT", "MDOP", "CHRG"),
}

Element = ElementTree.Element


def write_camt053(statement: Statement) -> bytes:
    """One message with one statement."""
    version = statement.bank["camt_version"]
    document = ElementTree.Element("Document", {"xmlns": f"{NAMESPACE}{version}"})
    message = ElementTree.SubElement(document, "BkToCstmrStmt")
    created = f"{statement.day.isoformat()}T23:59:59"
    header = ElementTree.SubElement(message, "GrpHdr")
    _text(header, "MsgId", f"{statement.bank['bic'][:4]}-{statement.day:%Y%m%d}-{statement.number}")
    _text(header, "CreDtTm", created)
    body = ElementTree.SubElement(message, "Stmt")
    _text(body, "Id", f"STMT-{statement.bank['currency']}-{statement.number}")
    _text(body, "ElctrncSeqNb", str(statement.number))
    _text(body, "CreDtTm", created)
    _account(body, statement, version)
    _balance(body, "OPBD", statement.opening_minor, statement.bank["currency"], statement.previous_date.isoformat())
    _balance(body, "CLBD", statement.closing_minor, statement.bank["currency"], statement.day.isoformat())
    for number, line in enumerate(statement.lines, start=1):
        _entry(body, number, line, statement, version)
    ElementTree.indent(document)
    content: bytes = ElementTree.tostring(document, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content + b"\n"


def _account(body: Element, statement: Statement, version: str) -> None:
    account = ElementTree.SubElement(body, "Acct")
    _text(ElementTree.SubElement(account, "Id"), "IBAN", statement.bank["iban"])
    _text(account, "Ccy", statement.bank["currency"])
    institution = ElementTree.SubElement(ElementTree.SubElement(account, "Svcr"), "FinInstnId")
    _text(institution, "BICFI" if version == "08" else "BIC", statement.bank["bic"])


def _balance(body: Element, code: str, amount_minor: int, currency: str, day: str) -> None:
    balance = ElementTree.SubElement(body, "Bal")
    _text(ElementTree.SubElement(ElementTree.SubElement(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, amount_minor, currency)
    _text(balance, "CdtDbtInd", "DBIT" if amount_minor < 0 else "CRDT")
    _text(ElementTree.SubElement(balance, "Dt"), "Dt", day)


def _entry(body: Element, number: int, line: Line, statement: Statement, version: str) -> None:
    is_credit, day = line.amount_minor > 0, statement.day.isoformat()
    entry = ElementTree.SubElement(body, "Ntry")
    _text(entry, "NtryRef", str(number))
    _amount(entry, line.amount_minor, statement.bank["currency"])
    _text(entry, "CdtDbtInd", "CRDT" if is_credit else "DBIT")
    if line.kind == "reversal":
        _text(entry, "RvslInd", "true")
    status = ElementTree.SubElement(entry, "Sts")
    if version == "08":
        _text(status, "Cd", "BOOK")
    else:
        status.text = "BOOK"
    for name in ("BookgDt", "ValDt"):
        _text(ElementTree.SubElement(entry, name), "Dt", day)
    _text(entry, "AcctSvcrRef", line.reference)
    _transaction_code(entry, CODES[line.kind, is_credit])
    _details(entry, line, statement, version)


def _transaction_code(entry: Element, code: tuple[str, str, str]) -> None:
    domain = ElementTree.SubElement(ElementTree.SubElement(entry, "BkTxCd"), "Domn")
    _text(domain, "Cd", code[0])
    family = ElementTree.SubElement(domain, "Fmly")
    _text(family, "Cd", code[1])
    _text(family, "SubFmlyCd", code[2])


def _details(entry: Element, line: Line, statement: Statement, version: str) -> None:
    is_credit = line.amount_minor > 0
    details = ElementTree.SubElement(ElementTree.SubElement(entry, "NtryDtls"), "TxDtls")
    references = ElementTree.SubElement(details, "Refs")
    _text(references, "AcctSvcrRef", line.reference)
    _text(references, "EndToEndId", line.end_to_end or "NOTPROVIDED")
    if version == "08":
        _amount(details, line.amount_minor, statement.bank["currency"])
        _text(details, "CdtDbtInd", "CRDT" if is_credit else "DBIT")
    if line.counterparty:
        party = ElementTree.SubElement(ElementTree.SubElement(details, "RltdPties"), "Dbtr" if is_credit else "Cdtr")
        _text(ElementTree.SubElement(party, "Pty") if version == "08" else party, "Nm", line.counterparty)
    narrative = line.narrative if version == "08" else line.narrative[:SHORT_NARRATIVE]
    _text(ElementTree.SubElement(details, "RmtInf"), "Ustrd", narrative)


def _amount(parent: Element, amount_minor: int, currency: str) -> None:
    ElementTree.SubElement(parent, "Amt", {"Ccy": currency}).text = plain(abs(amount_minor), currency)


def _text(parent: Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text
