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
# Our digits as int(…, 32) reads them; every other byte becomes one that it refuses.
_DIGITS = dict(zip(b"0123456789abcdefghjkmnpqrstvwxyz", b"0123456789abcdefghijklmnopqrstuv", strict=True))
_CROCKFORD = bytes(_DIGITS.get(byte, ord("!")) for byte in range(256))
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_KINDS = {f"{kind}_": kind for kind in ("pi", "po", "cap", "rf", "dp")}


def psp_rows(
    lines: Iterable[PspLine],
    *,
    bucket: int,
    batch_id_of: Callable[[PspLine], UUID],
    day_of: Callable[[datetime], date],
    taxed: Callable[[PspLine], None],
    lines_before: int = 0,
) -> Iterator[str]:
    """COPY rows of PSP_COLUMNS. `batch_id_of` is asked once per batch and currency, `day_of` once per instant; `taxed` hears of each line
    that states tax on its fees."""
    batches: dict[tuple[str, str], str] = {}
    instants: dict[datetime, str] = {}
    for line in lines:
        if "\\" in line.raw or not line.raw.isprintable():
            line = _escaped(line)  # seldom
        # fmt: off
        (number, _, psp, modification, ours, theirs, line_type, kind, reverses, _, gross_currency, gross, commission, markup, scheme,
         interchange, net_currency, net, rate, created, _, batch_number, method, *_, tax) = line
        # fmt: on
        if tax:  # seldom; it has no column of its own: the line's cost includes it, and the batch knows the sum
            commission += tax
            taxed(line)
        batch = batches.get((batch_number, net_currency))
        if batch is None:
            batch = batches[batch_number, net_currency] = f"{bucket}\t{batch_id_of(line)}"
        instant = instants.get(created)
        if instant is None:
            instant = instants[created] = f"{created.isoformat()}\t{day_of(created).isoformat()}"
        yield (
            f"{batch}\t{number + lines_before}\t{kind}\t{line_type}\t{reverses}\t{ours}\t{theirs}\t{psp}\t{modification}\t{decode(ours)}\t"
            f"{decode(theirs) if theirs else _NOT_OURS}\t{method}\t{gross_currency or net_currency}\t{gross}\t{net_currency}\t{net}\t"
            f"{commission}\t{markup}\t{scheme}\t{interchange}\t{rate or _NULL}\t{instant}\n"
        )


_NOT_OURS = f"\t{_NULL}"


def decode(reference: str) -> str:
    """The two columns of a reference: kind and uuid of a public id of ours ("pi\\t018f…"), or an empty kind and null."""
    prefix = reference[:-26]
    kind = _KINDS.get(prefix)
    if kind is None:
        return _NOT_OURS
    try:
        digits = f"{int(reference[-26:].encode('ascii').translate(_CROCKFORD), 32):032x}"
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
