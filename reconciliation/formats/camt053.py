"""camt.053 bank to customer statement, versions 02 to 08 and files without a namespace. Source: ISO 20022, FinInstnToCstmrStmt."""

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO

from reconciliation.formats.camt_entries import read_entry, reduce_details
from reconciliation.formats.camt_parts import read_account, read_balance, read_page, read_stated, require
from reconciliation.formats.statement_book import Balance, StatementBook, Tally
from reconciliation.formats.values import BankLine, FormatRefused, ReadResult
from reconciliation.formats.xml_stream import Element, XmlStream

_NAMESPACE = re.compile(r"urn:(?:iso:std:iso:20022|swift):.*camt\.053\.001\.\d{2}|", re.IGNORECASE)
_OTHER_MESSAGES = {
    "BkToCstmrAcctRpt": "camt.052 is an intraday report, not a statement: its entries come again",
    "BkToCstmrDbtCdtNtfctn": "camt.054 is a notification, not a statement: its entries are on the statement too",
}
_OPENING, _CLOSING, _INTERIM = ("OPBD", "PRCD"), ("CLBD",), "ITBD"


class Camt053Reader:
    """Streams BankLine; see values.Reader. `account`: IBAN or other names of the one account that the file may hold, empty for any."""

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._stream = XmlStream(file, container="Stmt", reducers={"TxDtls": reduce_details})
        self._book, self._done = StatementBook(account), False

    @property
    def encoding(self) -> str:
        return self._stream.encoding

    def __iter__(self) -> Iterator[BankLine]:
        message: Element | None = None
        statement: _Statement | None = None
        for event, element in self._stream:
            if event == "start" and element.name == "Stmt":
                statement = _open(element, message, index=len(self._book.statements) + 1)
            elif event == "start":
                message = _require_statement_message(element, message)
            elif event == "item" and statement:
                if (line := statement.take(element)) is not None:
                    yield line
            elif statement:
                self._book.close(statement.finish())
                statement = None
        self._end(message)

    def finish(self) -> ReadResult:
        """Statements, totals of booked lines and checks. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        return self._book.result(self.encoding)

    def _end(self, message: Element | None) -> None:
        if message is None:
            raise FormatRefused("not_a_statement", "no BkToCstmrStmt: this XML is not a camt.053 statement", line=1, column=1)
        if not self._book.statements:
            raise FormatRefused("missing_tag", "BkToCstmrStmt: no Stmt in it", line=message.line, column=message.column)
        self._done = True


class _Statement:
    """One Stmt while its children stream by."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._balances: list[tuple[str, Balance]] = []
        self._place = Element("Stmt", "", {}, tally.line_number, 1)
        self._numbers: dict[str, str] = {}
        self._page = ""
        self._summary: Element | None = None

    def take(self, child: Element) -> BankLine | None:
        """Notes a child of Stmt; an entry gives its line."""
        if child.name == "Ntry":
            line = read_entry(child, statement_index=self._tally.index)
            self._tally.add(line)
            return line
        if child.name == "Bal":
            self._balances.append(read_balance(child))
        elif child.name == "Acct":
            self._tally.account_ref, self._tally.currency = read_account(child), child.get("Ccy")
        elif child.name == "TxsSummry":
            self._summary = child
        elif child.name == "StmtPgntn":
            self._page = read_page(child)
        elif child.name in ("Id", "ElctrncSeqNb", "LglSeqNb"):
            self._numbers[child.name] = child.text.strip()
        return None

    def finish(self) -> Tally:
        """The tally with balances, number and the bank's own sums; a statement must name its account."""
        tally = self._tally
        if not tally.account_ref:
            require(self._place, "Acct", "Id")
        counted = self._numbers.get("ElctrncSeqNb") or self._numbers.get("LglSeqNb")
        tally.number, tally.is_counted = (counted or self._numbers.get("Id", "")) + self._page, bool(counted)
        tally.opening, tally.closing = self._find(_OPENING, 0), self._find(_CLOSING, -1)
        tally.close()
        if self._summary is not None:
            tally.stated += read_stated(self._summary, tally.currency)
        return tally

    def _find(self, codes: tuple[str, ...], interim: int) -> Balance | None:
        """The booked balance by code; on a page of a longer statement the first or last of its two interim ones."""
        for code in codes:
            for kind, balance in self._balances:
                if kind == code:
                    return balance
        pages = [balance for kind, balance in self._balances if kind == _INTERIM]
        has_other = any(kind in _OPENING + _CLOSING for kind, _ in self._balances)
        return pages[interim] if len(pages) == 2 or (len(pages) == 1 and has_other) else None


def _open(element: Element, message: Element | None, *, index: int) -> _Statement:
    if message is None:
        raise FormatRefused("not_a_statement", "Stmt outside BkToCstmrStmt", line=element.line, column=element.column)
    return _Statement(Tally(index=index, line_number=element.line))


def _require_statement_message(element: Element, message: Element | None) -> Element | None:
    """Remembers BkToCstmrStmt; refuses the messages that look like it and unknown namespaces."""
    if element.name in _OTHER_MESSAGES:
        raise FormatRefused("not_a_statement", _OTHER_MESSAGES[element.name], line=element.line, column=element.column)
    if element.name != "BkToCstmrStmt":
        return message
    if not _NAMESPACE.fullmatch(element.namespace):
        raise FormatRefused("not_a_statement", f"{element.namespace[:80]!r} is not camt.053", line=element.line, column=element.column)
    return element
