"""Sums of a settlement details report: per batch and net currency all rows come to zero, the payout being one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from reconciliation.formats.columns import is_one
from reconciliation.formats.csv_table import type_key
from reconciliation.formats.values import Batch, Check, Statement, Total

Group = tuple[str, str, str]  # merchant account, batch number, net currency
Key = tuple[str, str, str, str]  # and kind


@dataclass(slots=True)
class Sums:
    """Running sums of one group and kind."""

    count: int = 0
    debit_minor: int = 0
    credit_minor: int = 0


@dataclass(slots=True)
class BatchBook:
    """Collects while rows stream by; memory grows with batches and kinds, not with rows."""

    sums: dict[Key, Sums] = field(default_factory=dict)
    payouts: dict[Group, int] = field(default_factory=dict)
    references: dict[Group, list[str]] = field(default_factory=dict)
    first_lines: dict[Group, int] = field(default_factory=dict)
    mismatches: int = 0
    first_mismatch: tuple[int, int, int] = (0, 0, 0)  # line, expected net, actual net
    paid: dict[str, int] = field(default_factory=dict)  # rows of payouts -> line
    paid_twice: int = 0  # the line of one that stood before

    def open(self, key: Key, line_number: int) -> Sums:
        """The sums of (merchant account, batch, net currency, kind), begun at this line."""
        self.first_lines.setdefault(key[:3], line_number)
        found = self.sums[key] = Sums()
        return found

    def add_columns(self, groups: Sequence[Sequence[str]], numbers: Sequence[int], debits: Sequence[int], credits: Sequence[int]) -> None:
        """Columns of rows that are no transfers. `groups`: the columns of a key; numbers of lines; net in minor units."""
        keys: list[Any] = [tuple(column[0] for column in groups)] if all(map(is_one, groups)) else list(zip(*groups, strict=True))
        for key in dict.fromkeys(keys):
            chosen = [each == key for each in keys] if len(keys) > 1 else [True] * len(numbers)
            sums = self.sums.get(key) or self.open(key, numbers[keys.index(key)])
            sums.count += sum(chosen)
            sums.debit_minor += sum(compress(debits, chosen))
            sums.credit_minor += sum(compress(credits, chosen))

    def pay(self, group: Group, *, line_type: str, sent_minor: int, reference: str) -> None:
        """A transfer row: only a MerchantPayout is money sent to our bank now; returns and top-ups are other movements. `sent_minor`:
        its net without what it costs, negative where it is sent to us."""
        if type_key(line_type) != "merchantpayout":
            return
        self.payouts[group] = self.payouts.get(group, 0) - sent_minor
        if reference:
            self.references.setdefault(group, []).append(reference)

    def note_paid(self, row: str, line_number: int) -> None:
        """A payout's row: where it stands twice, so may every row of its batch, which then comes to zero all the same."""
        if self.paid.setdefault(row, line_number) != line_number:
            self.paid_twice = self.paid_twice or line_number

    def differ(self, *, line_number: int, expected: int, actual: int) -> None:
        """A row whose gross less fees is not its net."""
        self.mismatches += 1
        if self.mismatches == 1:
            self.first_mismatch = (line_number, expected, actual)

    def as_json(self) -> dict[str, Any]:
        """Plain values, for another process."""
        return {
            "sums": [[*key, part.count, part.debit_minor, part.credit_minor] for key, part in self.sums.items()],
            "payouts": [[*group, minor] for group, minor in self.payouts.items()],
            "references": [[*group, texts] for group, texts in self.references.items()],
            "first_lines": [[*group, line] for group, line in self.first_lines.items()],
            "mismatches": self.mismatches,
            "first_mismatch": list(self.first_mismatch),
            "paid": list(self.paid.items()),
            "paid_twice": self.paid_twice,
        }

    def join(self, other: dict[str, Any], lines_before: int) -> None:
        """Add the sums of a later part of the same file (`as_json`), whose lines were counted from `lines_before` on."""
        for *key, count, debit_minor, credit_minor in other["sums"]:
            part = self.sums.setdefault(tuple(key), Sums())
            part.count += count
            part.debit_minor += debit_minor
            part.credit_minor += credit_minor
        for *group, minor in other["payouts"]:
            self.payouts[tuple(group)] = self.payouts.get(tuple(group), 0) + minor
        for *group, texts in other["references"]:
            self.references.setdefault(tuple(group), []).extend(texts)
        for *group, line in other["first_lines"]:
            self.first_lines.setdefault(tuple(group), line + lines_before)
        if other["mismatches"] and not self.mismatches:
            line, expected, actual = other["first_mismatch"]
            self.first_mismatch = (line + lines_before, expected, actual)
        self.mismatches += other["mismatches"]
        for row, line in other["paid"]:
            self.note_paid(row, line + lines_before)
        self.paid_twice = self.paid_twice or (other["paid_twice"] and other["paid_twice"] + lines_before)

    def batches(self) -> tuple[Batch, ...]:
        return tuple(self._batch(group) for group in self.first_lines)

    def _batch(self, group: Group) -> Batch:
        parts = {kind: sums for (*key, kind), sums in self.sums.items() if tuple(key) == group}
        carried = parts.get("balance_transfer", Sums())
        return Batch(
            merchant_account=group[0],
            number=group[1],
            currency=group[2],
            lines=sum(part.count for part in parts.values()),
            net_minor=sum(part.credit_minor - part.debit_minor for part in parts.values()),
            payout_minor=self.payouts.get(group, 0),
            carried_minor=carried.debit_minor - carried.credit_minor,
            payout_references=tuple(self.references.get(group, ())),
        )

    def statements(self, batches: tuple[Batch, ...]) -> tuple[Statement, ...]:
        return tuple(
            Statement(
                index=index,
                account_ref=batch.merchant_account,
                number=batch.number,
                currency=batch.currency,
                opening_minor=None,
                closing_minor=None,
                lines=batch.lines,
                line_number=self.first_lines[batch.merchant_account, batch.number, batch.currency],
            )
            for index, batch in enumerate(batches, start=1)
        )

    def totals(self) -> tuple[Total, ...]:
        summed: dict[tuple[str, str], Sums] = {}
        for (_, _, currency, kind), part in self.sums.items():
            whole = summed.setdefault((kind, currency), Sums())
            whole.count += part.count
            whole.debit_minor += part.debit_minor
            whole.credit_minor += part.credit_minor
        return tuple(Total(kind, currency, s.count, s.debit_minor, s.credit_minor) for (kind, currency), s in summed.items())

    def checks(self, batches: tuple[Batch, ...]) -> tuple[Check, ...]:
        return (*(_balances(batch) for batch in batches), self._rows_agree(), *self._paid_once())

    def _paid_once(self) -> tuple[Check, ...]:
        if not self.paid_twice:
            return ()
        where = f"rows: the payout of line {self.paid_twice} stands before, as all rows may; load the report as the PSP makes it"
        return (Check("sequence", False, None, self.paid_twice, where),)

    def _rows_agree(self) -> Check:
        line, expected, actual = self.first_mismatch
        if not self.mismatches:
            return Check("control_total", True, 0, 0, "rows: gross less fees is net, where both have one currency")
        where = f"rows: gross less fees is not net on {self.mismatches} line(s), first line {line}: {expected} against {actual}"
        return Check("control_total", False, 0, self.mismatches, where)


def _balances(batch: Batch) -> Check:
    of_account = f" of {batch.merchant_account}" if batch.merchant_account else ""
    where = f"batch {batch.number}{of_account}, {batch.currency}: sum of net over all rows"
    return Check("control_total", batch.net_minor == 0, 0, batch.net_minor, where)
