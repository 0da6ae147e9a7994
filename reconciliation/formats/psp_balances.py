"""What a PSP says that it holds of ours (CSV): prefund and reserve at the end of a day, and each top-up of the prefund that came.

Nothing is posted when it is loaded; a run of the account books a top-up that came, once."""

from collections.abc import Collection, Iterator
from datetime import UTC
from typing import BinaryIO

from reconciliation.formats.csv_rows import iter_rows
from reconciliation.formats.csv_table import Columns, Record, records
from reconciliation.formats.payout_book import account_of, psp_line
from reconciliation.formats.values import Check, PspLine, ReadResult, Statement

KINDS = ("prefund", "reserve", "top_up")
_LONGEST = 60
COLUMNS = Columns(
    what="list of a PSP's balances",
    headers={
        "account": ("merchant account",),
        "date": ("date",),
        "balance": ("balance",),
        "currency": ("currency",),
        "amount": ("amount",),
        "reference": ("reference",),
    },
    required=frozenset({"date", "balance", "currency", "amount"}),
    ids=frozenset(),
)


class PspBalancesReader:
    """Streams PspLine of kind `unknown`, which are never kept. Its statements are the figures: `number` is "reserve 2026-11-19",
    or "top_up 2026-11-19 TU-4711" with the top-up's reference."""

    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._file, self._names, self._done = file, tuple(account), False
        self._said: list[Statement] = []
        self._strange = ""

    def __iter__(self) -> Iterator[PspLine]:
        for row in records(COLUMNS, iter_rows(self._file)):
            yield self._line(row)
        self._done = True

    def finish(self) -> ReadResult:
        """One statement per figure. Raises LookupError before the last line was read."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        keys = [(each.account_ref, each.number, each.currency) for each in self._said]
        checks = [Check("sequence", len(set(keys)) == len(keys), len(set(keys)), len(keys), "every balance is stated once")]
        if self._names:
            ours = " or ".join(self._names)
            checks.append(Check("account_matches", not self._strange, ours, self._strange or None, "account of the rows"))
        return ReadResult(self.encoding, len(self._said), tuple(self._said), (), tuple(checks))

    def _line(self, row: Record) -> PspLine:
        named, kind, currency = row.text("account"), row.text("balance").casefold(), row.currency("currency")
        if kind not in KINDS:
            raise row.refuse("balance", "type", f"is none of {', '.join(KINDS)}")
        if named and self._names and named.casefold() not in {name.casefold() for name in self._names}:
            self._strange = self._strange or named
        at, amount = row.instant("date", UTC), row.amount("amount", row.exponent("currency", currency))
        account, reference = account_of(named, self._names), row.text("reference")
        if kind == "top_up" and (amount <= 0 or not 0 < len(reference) <= _LONGEST):
            raise row.refuse("reference", "structure", f"a top-up has an amount above zero and a reference of 1 to {_LONGEST} characters")
        self._said.append(
            Statement(
                index=len(self._said),
                account_ref=account,
                number=f"{kind} {at:%Y-%m-%d} {reference if kind == 'top_up' else ''}".rstrip(),
                currency=currency,
                opening_minor=None,
                closing_minor=amount,
                lines=1,
                line_number=row.number,
            )  # fmt: skip
        )
        return psp_line(
            line_number=row.number, raw=row.raw, merchant_account=account, batch_number="", line_type=kind, kind="unknown", created_at=at,
            net_currency=currency, net_minor=0,
        )  # fmt: skip
