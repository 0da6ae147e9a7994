"""Adyen's payment accounting report (CSV): a row for each event of a payment, with what it moves between buckets. Rows are unordered.

Source: docs.adyen.com/reporting, payment accounting report; FORMATS.md 1.2. The report states what happened, not what is paid: its lines
are events (values.PspEvent), nothing of them is posted.
"""

from collections.abc import Collection, Iterator
from typing import BinaryIO

from reconciliation.formats.csv_rows import iter_rows
from reconciliation.formats.csv_table import Columns, Record, records
from reconciliation.formats.values import Check, PspEvent, ReadResult, Statement, Total
from reconciliation.formats.zones import get_zone

_PAYMENT = ("received", "authorised", "captured")  # buckets in the payment currency
_SETTLEMENT = ("payable", "commission", "markup", "scheme_fee", "interchange")
COLUMNS = Columns(
    what="payment accounting report",
    headers={
        "merchant_account": ("merchant account",),
        "psp_reference": ("psp reference",),
        "modification_reference": ("modification psp reference", "modification reference"),
        "merchant_reference": ("merchant reference",),
        "modification_merchant_reference": ("modification merchant reference",),
        "payment_method": ("payment method",),
        "payment_method_variant": ("payment method variant",),
        "booked_at": ("booking date",),
        "zone": ("timezone",),
        "record_type": ("record type",),
        "payment_currency": ("payment currency",),
        "received": ("received (pc)",),
        "authorised": ("authorised (pc)",),
        "captured": ("captured (pc)",),
        "settlement_currency": ("settlement currency",),
        "payable": ("payable (sc)",),
        "commission": ("commission (sc)",),
        "markup": ("markup (sc)",),
        "scheme_fee": ("scheme fees (sc)",),
        "interchange": ("interchange (sc)",),
        "processing_currency": ("processing fee currency",),
        "processing_fee": ("processing fee (fc)",),
    },
    required=frozenset(
        {"merchant_account", "psp_reference", "merchant_reference", "booked_at", "zone", "record_type", "payment_currency", "payable"}
        | {*_PAYMENT, "settlement_currency"}
    ),
    ids=frozenset({"psp_reference", "modification_reference"}),
)
# Record Type, lower case without spaces -> kind; any other is kept as `unknown`
KINDS = {
    "received": "received",
    "authorised": "authorised",
    "refused": "refused",
    "error": "refused",
    "cancelled": "cancelled",
    "expired": "cancelled",
    "sentforsettle": "capture_sent",
    "capturefailed": "capture_failed",
    "settled": "settled",
    "settledreversed": "settled_reversed",
    "sentforrefund": "refund_sent",
    "refundfailed": "refund_failed",
    "refunded": "refunded",
    "refundedreversed": "refunded_reversed",
    "chargeback": "chargeback",
    "secondchargeback": "chargeback",
    "chargebackreversed": "chargeback_reversed",
    "sentforpayout": "payout_sent",
    "paidout": "paid_out",
    "paidoutreversed": "paid_out_reversed",
}
_MOVES = frozenset({"authorised", "capture_sent", "settled"})  # from one bucket to others: what leaves is what arrives


class AdyenAccountingReader:
    """Streams PspEvent; see values.Reader. `account`: the merchant account codes that the file may carry, empty for any."""

    encoding = "utf-8"

    def __init__(self, file: BinaryIO, *, account: Collection[str] = ()) -> None:
        self._file, self._account = file, tuple(account)
        self._lines, self._uneven, self._first_uneven = 0, 0, 0
        self._totals: dict[tuple[str, str], list[int]] = {}
        self._seen: dict[str, list[int]] = {}  # merchant account -> [first line, lines]
        self._done = False

    def __iter__(self) -> Iterator[PspEvent]:
        for record in records(COLUMNS, iter_rows(self._file)):
            event = _event(record)
            self._count(event)
            yield event
        self._done = True

    def finish(self) -> ReadResult:
        """Totals by kind and payment currency, one statement per merchant account, checks. Raises LookupError before the last line."""
        if not self._done:
            raise LookupError("The file has not been read to its end.")
        statements = tuple(
            Statement(index, name, "", "", None, None, lines, first) for index, (name, (first, lines)) in enumerate(self._seen.items(), 1)
        )
        totals = tuple(Total(kind, currency, *sums) for (kind, currency), sums in self._totals.items())
        return ReadResult(self.encoding, self._lines, statements, totals, (*self._account_matches(), self._evens_out()))

    def _count(self, event: PspEvent) -> None:
        """Totals are over the buckets of the payment currency: what came in as credit, what left as debit."""
        self._lines += 1
        seen = self._seen.setdefault(event.merchant_account, [event.line_number, 0])
        seen[1] += 1
        sums = self._totals.setdefault((event.kind, event.payment_currency), [0, 0, 0])
        moved = (event.received_minor, event.authorised_minor, event.captured_minor)
        sums[0] += 1
        sums[1] -= sum(minor for minor in moved if minor < 0)
        sums[2] += sum(minor for minor in moved if minor > 0)
        if _is_uneven(event):
            self._uneven += 1
            self._first_uneven = self._first_uneven or event.line_number

    def _account_matches(self) -> tuple[Check, ...]:
        if not self._account:
            return ()
        ours = {name.casefold() for name in self._account}
        stranger = next((name for name in sorted(self._seen) if name.casefold() not in ours), "")
        where = f"column Merchant Account, {len(self._seen)} account(s)"
        return (Check("account_matches", not stranger, " or ".join(self._account), stranger or min(self._seen), where),)

    def _evens_out(self) -> Check:
        where = "rows: what leaves one bucket arrives in others, where all are in one currency"
        if self._uneven:
            where = f"{where}; not so on {self._uneven} line(s), the first {self._first_uneven}"
        return Check("control_total", not self._uneven, 0, self._uneven, where)


def _event(record: Record) -> PspEvent:
    record_type = record.text("record_type")
    if not record_type:
        raise record.refuse("record_type", "type", "empty")
    if not (account := record.text("merchant_account")):
        raise record.refuse("merchant_account", "columns", "empty")
    try:
        zone = get_zone(record.text("zone"))
    except LookupError as error:
        raise record.refuse("zone", "zone", str(error.args[0])) from None
    payment, settlement = _amounts(record, "payment_currency", _PAYMENT), _amounts(record, "settlement_currency", _SETTLEMENT)
    return PspEvent(
        line_number=record.number,
        merchant_account=account,
        psp_reference=record.id("psp_reference"),
        modification_reference=record.id("modification_reference"),
        merchant_reference=record.id("merchant_reference"),
        modification_merchant_reference=record.id("modification_merchant_reference"),
        record_type=record_type,
        kind=KINDS.get("".join(record_type.lower().split()), "unknown"),
        payment_currency=record.text("payment_currency"),
        received_minor=payment[0],
        authorised_minor=payment[1],
        captured_minor=payment[2],
        settlement_currency=record.text("settlement_currency"),
        payable_minor=settlement[0],
        commission_minor=settlement[1],
        markup_minor=settlement[2],
        scheme_fee_minor=settlement[3],
        interchange_minor=settlement[4],
        processing_currency=record.text("processing_currency"),
        processing_fee_minor=_amounts(record, "processing_currency", ("processing_fee",))[0],
        booked_at=record.instant("booked_at", zone),
        payment_method=record.text("payment_method"),
        payment_method_variant=record.text("payment_method_variant"),
        raw=record.raw,
    )


def _amounts(record: Record, currency: str, names: tuple[str, ...]) -> list[int]:
    """Minor units of some cells in one currency; without a currency there may be no amounts."""
    if not record.text(currency):
        stated = next((name for name in names if record.text(name).strip("0.")), "")
        if stated:
            raise record.refuse(stated, "amount", "an amount without a currency")
        return [0] * len(names)
    exponent = record.exponent(currency, record.text(currency))
    return [record.amount(name, exponent) for name in names]


def _is_uneven(event: PspEvent) -> bool:
    """Whether an event that moves money between buckets loses some; where currencies differ nobody can say."""
    if event.kind not in _MOVES:
        return False
    payment = event.received_minor + event.authorised_minor + event.captured_minor
    settlement = event.payable_minor + event.commission_minor + event.markup_minor + event.scheme_fee_minor + event.interchange_minor
    if event.settlement_currency not in ("", event.payment_currency):
        return not settlement and payment != 0
    return payment + settlement != 0
