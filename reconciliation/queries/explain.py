"""Why a line is matched (R6), and the line as it was received (R3)."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings

from cashier.models import Capture, PayoutIntent, Refund
from reconciliation.formats import FormatRefused, read
from reconciliation.matching.rules import fields_of
from reconciliation.models import BankLine, Match, PspLine, SettlementBatch, SourceFile
from reconciliation.queries.stored import stored_path

_OF_MANY_LINES = frozenset({"bai2", "camt053", "mt940", "mollie_settlement"})  # sources whose records are more than one line
_READ_AGAIN_BYTES = 5 * 1024 * 1024  # above it, the first line of the record must do
_ITEMS: dict[str, Any] = {
    "capture": Capture,
    "refund": Refund,
    "refund_reversal": Refund,
    "payout": PayoutIntent,
    "payout_return": PayoutIntent,
    "batch": SettlementBatch,
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One field that a rule compared, with the value on either side."""

    field: str
    on_line: str
    on_item: str


def explain(match: Match) -> list[Compared]:
    """The fields that the match's rule compared, with their values."""
    line = (PspLine if match.line_kind == "psp" else BankLine).objects.get(pk=match.line_id)
    model = _ITEMS.get(match.item_kind)
    item = model.objects.filter(pk=match.item_id).first() if model and match.item_id else None
    return [Compared(name, _value(line, ours, match), _value(item, theirs, match)) for name, ours, theirs in fields_of(match.rule)]


def raw_line(line: PspLine | BankLine) -> str:
    """The line as it was received, from the stored file; empty where the bytes are not at hand (set aside, other machine)."""
    source = line.batch.source_file if isinstance(line, PspLine) else line.statement.source_file
    path = stored_path(source.storage_path)
    if not path.exists():
        return ""
    with path.open("rb") as file:
        if source.source in _OF_MANY_LINES and source.byte_size <= _READ_AGAIN_BYTES:
            return _raw_by_reader(source, file, line.line_number)
        for number, raw in enumerate(file, 1):
            if number == line.line_number:
                return raw.decode(source.encoding or "utf-8", errors="replace").rstrip("\r\n")
    return ""


def _raw_by_reader(source: SourceFile, file: BinaryIO, line_number: int) -> str:
    """A record that runs over several lines of its file."""
    reader: Any = read(source.source, file, registry=settings.REPORT_FORMATS)
    try:
        return next((str(found.raw) for found in reader if found.line_number == line_number), "")
    except FormatRefused:
        return ""


def _value(row: Any, column: str, match: Match) -> str:
    if row is None or not column:
        return str((match.compared or {}).get(column, "")) if column else ""
    if column == "account":
        return str(row.batch.merchant_account.code) if isinstance(row, PspLine) else str(row.merchant_account.code)
    if column == "merchant_account_id":
        return str(row.merchant_account.code)
    if column == "id":
        return str(row.public_id)
    if column == "intent_id":
        return str(row.intent.public_id)
    if column == "bank_account_id":
        return str(row.bank_account.code)
    return str(getattr(row, column, (match.compared or {}).get(column, "")))
