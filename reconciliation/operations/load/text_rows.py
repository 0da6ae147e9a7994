"""Canonical lines as rows of PostgreSQL's COPY text format. Pure, and written for a million rows."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from reconciliation.formats import BankLine, PspLine

PSP_COLUMNS = (
    "bucket",
    "batch_id",
    "line_number",
    "kind",
    "type",
    "reverses",
    "merchant_reference",
    "object_merchant_reference",
    "psp_reference",
    "object_reference",
    "reference_kind",
    "reference_id",
    "object_kind",
    "object_id",
    "method",
    "gross_currency",
    "gross_minor",
    "net_currency",
    "net_minor",
    "commission_minor",
    "markup_minor",
    "scheme_minor",
    "interchange_minor",
    "exchange_rate",
    "created_at",
    "business_date",
)
BANK_COLUMNS = (
    "bucket",
    "statement_id",
    "bank_account_id",
    "line_number",
    "index",
    "currency",
    "amount_minor",
    "booked_date",
    "value_date",
    "bank_reference",
    "end_to_end",
    "transaction_code",
    "counterparty",
    "narrative",
    "is_reversal",
    "charges_minor",
)
_NULL = "\\N"
_CROCKFORD = str.maketrans("0123456789abcdefghjkmnpqrstvwxyzilou", "0123456789abcdefghijklmnopqrstuv!!!!")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_KINDS = {"pi_": "pi", "po_": "po", "cap": "cap", "rf_": "rf", "dp_": "dp"}


def psp_rows(
    lines: Iterable[PspLine], *, bucket: int, batch_id_of: Callable[[PspLine], UUID], day_of: Callable[[datetime], date]
) -> Iterator[str]:
    """COPY rows of PSP_COLUMNS. `batch_id_of` is asked once per batch and currency, `day_of` once per instant."""
    batches: dict[tuple[str, str], str] = {}
    instants: dict[datetime, str] = {}
    for line in lines:
        batch = batches.get((line.batch_number, line.net_currency))
        if batch is None:
            batch = batches[line.batch_number, line.net_currency] = f"{bucket}\t{batch_id_of(line)}"
        instant = instants.get(line.created_at)
        if instant is None:
            instant = instants[line.created_at] = f"{line.created_at.isoformat()}\t{day_of(line.created_at).isoformat()}"
        if "\\" in line.raw or "\t" in line.raw or "\n" in line.raw or "\r" in line.raw:
            line = _escaped(line)  # seldom
        ours = line.merchant_reference
        theirs = line.modification_merchant_reference
        # The PSP's own object: a capture, refund or dispute. A payout has no other reference than its own.
        yield (
            f"{batch}\t{line.line_number}\t{line.kind}\t{line.line_type}\t{line.reverses}\t{ours}\t{theirs}\t{line.psp_reference}\t"
            f"{line.modification_reference}\t{decode(ours)}\t{decode(theirs) if theirs else _NOT_OURS}\t{line.payment_method}\t"
            f"{line.gross_currency or line.net_currency}\t{line.gross_minor}\t{line.net_currency}\t{line.net_minor}\t{line.commission_minor}\t"
            f"{line.markup_minor}\t{line.scheme_fee_minor}\t{line.interchange_minor}\t{line.exchange_rate or _NULL}\t{instant}\n"
        )


_NOT_OURS = f"\t{_NULL}"


def decode(reference: str) -> str:
    """The two columns of a reference: kind and uuid of a public id of ours ("pi\\t018f…"), or an empty kind and null."""
    kind = _KINDS.get(reference[:3])
    if kind is None:
        return _NOT_OURS
    prefix, _, body = reference.partition("_")
    if prefix != kind or len(body) != 26 or not body.isascii() or not body.isalnum() or body != body.lower():
        return _NOT_OURS
    try:
        digits = f"{int(body.translate(_CROCKFORD), 32):032x}"
    except ValueError:
        return _NOT_OURS
    return f"{kind}\t{digits}" if len(digits) == 32 else _NOT_OURS


def bank_rows(lines: Iterable[BankLine], *, bucket: int, statement_of: Callable[[BankLine], tuple[int, UUID]]) -> Iterator[str]:
    """COPY rows of BANK_COLUMNS, booked entries only: pending ones never post, and are told again when they are booked."""
    for index, line in enumerate(lines):
        if line.status != "BOOK":
            continue
        statement_id, account_id = statement_of(line)
        said = line.narrative or " ".join(detail.narrative for detail in line.details)
        cells = (
            bucket,
            statement_id,
            account_id,
            line.line_number,
            index,
            line.currency,
            line.amount_minor,
            line.booking_date.isoformat(),
            line.value_date.isoformat(),
            escape(line.bank_reference),
            escape(line.end_to_end_id or line.customer_reference),
            escape(line.transaction_code),
            escape(line.counterparty_name),
            escape(said),
            "t" if line.is_reversal else "f",
            0,
        )
        yield "\t".join(map(str, cells)) + "\n"


def escape(text: str) -> str:
    """A text as COPY takes it."""
    return text.translate(_ESCAPES)


def _escaped(line: PspLine) -> PspLine:
    return PspLine._make(escape(value) if isinstance(value, str) else value for value in line)
