"""The receipt: the journal lines that a button will post, as debit and credit, before anyone presses it (UX 2.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.admin.frames.text import sentence


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    account: str
    holder: str
    debit_minor: int | None
    credit_minor: int | None
    asset: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Lines to be posted, and in words what will not happen."""

    lines: tuple[ReceiptLine, ...] = ()
    not_done: str = ""

    @property
    def words(self) -> str:
        return f"post {len(self.lines)} lines" if self.lines else "post nothing"


def receipt_of(lines: Sequence[Any], *, not_done: str = "") -> Receipt:
    """A receipt of `ledger.values.Line`s: signed minor units become debit and credit columns."""
    return Receipt(tuple(_line(line) for line in lines), not_done)


def _line(line: Any) -> ReceiptLine:
    amount = int(line.amount_minor)
    return ReceiptLine(
        account=sentence(line.kind),
        holder=line.holder,
        debit_minor=amount if amount > 0 else None,
        credit_minor=-amount if amount < 0 else None,
        asset=line.asset,
    )
