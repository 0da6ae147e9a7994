"""Lines and sums of reports that group by payout (Stripe, Checkout.com, PayPal): a batch comes to zero, its payout being a line of it."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciliation.formats.adyen_batches import BatchBook, Sums
from reconciliation.formats.values import Check, FormatRefused, PspLine, ReadResult

Group = tuple[str, str, str]  # merchant account, batch number, net currency
_SIDES = {"sale": 1, "refund": -1, "payout": -1, "chargeback": -1, "reversal": 1}


def psp_line(
    *,
    line_number: int,
    raw: str,
    merchant_account: str,
    batch_number: str,
    line_type: str,
    kind: str,
    created_at: datetime,
    net_currency: str,
    net_minor: int,
    reverses: str = "",
    gross_currency: str = "",
    gross_minor: int = 0,
    commission_minor: int = 0,
    scheme_fee_minor: int = 0,
    interchange_minor: int = 0,
    tax_minor: int = 0,
    exchange_rate: str = "",
    psp_reference: str = "",
    modification_reference: str = "",
    merchant_reference: str = "",
    modification_merchant_reference: str = "",
    payment_method: str = "",
    payment_method_variant: str = "",
    payout_reference: str = "",
    dispute_reference: str = "",
    note: str = "",
) -> PspLine:
    """A canonical line; what a format does not state is empty or zero, and the direction is that of the gross, else of the net."""
    return PspLine(
        line_number=line_number, merchant_account=merchant_account, psp_reference=psp_reference,
        modification_reference=modification_reference, merchant_reference=merchant_reference,
        modification_merchant_reference=modification_merchant_reference, line_type=line_type, kind=kind, reverses=reverses,
        direction="debit" if (gross_minor or net_minor) < 0 else "credit", gross_currency=gross_currency or net_currency,
        gross_minor=gross_minor, commission_minor=commission_minor, markup_minor=0, scheme_fee_minor=scheme_fee_minor,
        interchange_minor=interchange_minor, net_currency=net_currency, net_minor=net_minor, exchange_rate=exchange_rate,
        created_at=created_at, booking_date=None, batch_number=batch_number, payment_method=payment_method,
        payment_method_variant=payment_method_variant, payout_reference=payout_reference, dispute_reference=dispute_reference,
        note=note, raw=raw, tax_minor=tax_minor,
    )  # fmt: skip


def moved(line: PspLine, *, net_minor: int, line_type: str) -> PspLine:
    """Beside `line`, in its batch: money taken from the PSP's balance (positive) or left in it (negative); see POSTINGS.md 3.5."""
    return psp_line(
        line_number=line.line_number, raw=line.raw, merchant_account=line.merchant_account, batch_number=line.batch_number,
        line_type=line_type, kind="balance_transfer", created_at=line.created_at, net_currency=line.net_currency, net_minor=net_minor,
        psp_reference=line.psp_reference, modification_reference=line.modification_reference,
    )  # fmt: skip


@dataclass(slots=True)
class PayoutBook(BatchBook):
    """Collects while lines stream by; grows with batches and kinds, not with lines. `last`: of each batch, its last line's number,
    the latest instant, and the sum of its net amounts. `rows`: the file's own rows, of each batch; a line beside a row is none. `doubts`:
    what is wrong with a row of a batch, unless a row of its payout proves it."""

    rows: Counter[Group] = field(default_factory=Counter)
    last: dict[Group, tuple[int, datetime, int]] = field(default_factory=dict)
    doubts: dict[Group, FormatRefused] = field(default_factory=dict)

    def add(self, line: PspLine, *, is_row: bool = True) -> PspLine:
        """Count a line in, and give it back."""
        group = (line.merchant_account, line.batch_number, line.net_currency)
        key = (*group, line.kind)
        sums = self.sums.get(key) or self.open(key, line.line_number)
        _count(sums, line.net_minor)
        before = self.last.get(group, (0, line.created_at, 0))
        self.last[group] = (max(before[0], line.line_number), max(before[1], line.created_at), before[2] + line.net_minor)
        self.rows[group] += is_row
        if line.kind == "transfer" and line.reverses != "transfer":
            self.payouts[group] = self.payouts.get(group, 0) - line.net_minor - line.fees_minor
            if line.raw and (line.payout_reference or line.modification_reference):
                self.note_paid(line.raw, line.line_number)
            if line.payout_reference:
                self.references.setdefault(group, []).append(line.payout_reference)
        return line

    def close(self, group: Group, *, kind: str, line_type: str, payout_reference: str = "") -> Iterator[PspLine]:
        """The line that a report leaves out and that brings a batch to zero: what is paid out of it, or left in the PSP's balance. Raises
        FormatRefused where a row of the batch is in doubt."""
        if group in self.doubts:
            raise self.doubts[group]
        number, at, net = self.last[group]
        if net:
            line = psp_line(
                line_number=number, raw="", merchant_account=group[0], batch_number=group[1], line_type=line_type, kind=kind,
                created_at=at, net_currency=group[2], net_minor=-net, payout_reference=payout_reference,
                modification_reference=group[1] if kind == "transfer" else "",
            )  # fmt: skip
            yield self.add(line, is_row=False)

    def result(self, *, encoding: str, account: Collection[str], named: bool, more: Collection[Check] = ()) -> ReadResult:
        """The whole report. `account`: names that it may carry, `named`: whether it names an account at all."""
        batches = tuple(replace(batch, lines=self.rows[batch.merchant_account, batch.number, batch.currency]) for batch in self.batches())
        checks = (*(_account_matches(self, account) if account and named else ()), *self.checks(batches), *more)
        return ReadResult(encoding, self.rows.total(), self.statements(batches), self.totals(), checks, batches)


def wrong_side(kind: str, gross_minor: int, said: str) -> str:
    """Why a gross can't be what a row of this kind moved: "positive, and a Card refund takes money"; "" where it can. `said`: the file's
    word for the kind.

    Many programs write refunds without their minus: read as they stand, what was given back would be money that came.
    """
    side = _SIDES.get(kind, 0)
    if gross_minor * side >= 0:
        return ""
    sign, moves = ("negative", "brings") if side > 0 else ("positive", "takes")
    return f"{sign}, and a {said} {moves} money"


def row_key(line: PspLine) -> str:
    """What makes two rows of a report one: all that the row says, of an item that has an id; fees may be equal, and are two."""
    has_id = line.psp_reference or line.modification_reference or line.merchant_reference
    return line.raw if line.kind in _SIDES and has_id else ""


def account_of(named: str, account: Collection[str]) -> str:
    """The account of a line: as the file names it, else the one that the caller says the file is of, else ""."""
    return named or next(iter(account), "")


def _count(sums: Sums, net_minor: int) -> None:
    sums.count += 1
    if net_minor < 0:
        sums.debit_minor -= net_minor
    else:
        sums.credit_minor += net_minor


def _account_matches(book: PayoutBook, account: Collection[str]) -> tuple[Check, ...]:
    seen = sorted({group[0] for group in book.first_lines})
    ours = {name.casefold() for name in account}
    stranger = next((name for name in seen if name.casefold() not in ours), "")
    actual = stranger or (seen[0] if seen else "")
    return (Check("account_matches", not stranger, " or ".join(account), actual, f"account that the file names, {len(seen)} of them"),)
