"""Why a line is matched (R6), and the line as it was received (R3)."""

from dataclasses import dataclass
from typing import Any

from cashier.models import Capture, PayoutIntent, Refund
from reconciliation.matching.rules import fields_of
from reconciliation.models import BankLine, Match, PspLine, SettlementBatch
from reconciliation.queries.stored import stored_path

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
        for number, raw in enumerate(file, 1):
            if number == line.line_number:
                return raw.decode(source.encoding or "utf-8", errors="replace").rstrip("\r\n")
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
    return str(getattr(row, column, ""))
