"""Canonical lines as rows of PostgreSQL's COPY text format. Pure, and written for a million rows."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import repeat
from uuid import UUID

from reconciliation.formats import BankLine, PspLine
from reconciliation.formats.columns import PspColumns, is_one, read_each

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


class PspRows:
    """Lines of one file as COPY rows of PSP_COLUMNS.

    `batch_id_of` (number, currency) is asked once per batch, `day_of` once per instant; `taxed` hears of each line that states tax on its
    fees. `lines_before`: lines of the file before those that the reader counted.
    """

    def __init__(
        self,
        *,
        bucket: int,
        batch_id_of: Callable[[str, str], UUID],
        day_of: Callable[[datetime], date],
        taxed: Callable[[PspLine], None],
        lines_before: int = 0,
    ) -> None:
        self._batches, self._instants = _Batches(bucket, batch_id_of), _Instants(day_of)
        self._taxed, self._before = taxed, lines_before

    def of_lines(self, lines: Iterable[PspLine]) -> Iterator[str]:
        """A row of each line."""
        batches, instants, before = self._batches, self._instants, self._before
        for line in lines:
            if "\\" in line.raw or not line.raw.isprintable():
                line = _escaped(line)  # seldom
            # fmt: off
            (number, _, psp, modification, ours, theirs, line_type, kind, reverses, _, gross_currency, gross, commission, markup, scheme,
             interchange, net_currency, net, rate, created, _, batch_number, method, *_, tax) = line
            # fmt: on
            if tax:  # seldom; it has no column of its own: the line's cost includes it, and the batch knows the sum
                commission += tax
                self._taxed(line)
            yield (
                f"{batches[batch_number, net_currency]}\t{number + before}\t{kind}\t{line_type}\t{reverses}\t{ours}\t{theirs}\t{psp}\t"
                f"{modification}\t{decode(ours)}\t{decode(theirs) if theirs else _NOT_OURS}\t{method}\t{gross_currency or net_currency}\t"
                f"{gross}\t{net_currency}\t{net}\t{commission}\t{markup}\t{scheme}\t{interchange}\t{rate or _NULL}\t"
                f"{instants[created]}\n"
            )

    def of_columns(self, lines: PspColumns) -> str:
        """The rows of all the lines, as `of_lines` writes them."""
        rows = zip(
            self._batches_of(lines), _texts([number + self._before for number in lines.line_number]), lines.kind, lines.line_type,
            lines.reverses, lines.merchant_reference, lines.modification_merchant_reference, lines.psp_reference,
            lines.modification_reference, decode_all(lines.merchant_reference), decode_all(lines.modification_merchant_reference),
            lines.payment_method, _or_else(lines.gross_currency, lines.net_currency), _texts(lines.gross_minor), lines.net_currency,
            _texts(lines.net_minor), _texts(lines.commission_minor), _texts(lines.markup_minor), _texts(lines.scheme_fee_minor),
            _texts(lines.interchange_minor), _or_else(lines.exchange_rate, repeat(_NULL)), read_each(lines.created_at, self._instants),
            strict=True,
        )  # fmt: skip
        return "\n".join(map("\t".join, rows)) + "\n"

    def _batches_of(self, lines: PspColumns) -> list[str]:
        number, currency = lines.batch_number, lines.net_currency
        if is_one(number) and is_one(currency):
            return [self._batches[number[0], currency[0]]] * len(number)
        return [self._batches[key] for key in zip(number, currency, strict=True)]


def _texts(numbers: Sequence[int]) -> Sequence[str]:
    return [str(numbers[0])] * len(numbers) if is_one(numbers) else list(map(str, numbers))


def _or_else(texts: Sequence[str], others: Iterable[str]) -> Sequence[str]:
    return texts if "" not in texts else [text or other for text, other in zip(texts, others, strict=False)]


class _Batches(dict[tuple[str, str], str]):
    """Batch number and net currency -> the columns bucket and batch."""

    def __init__(self, bucket: int, batch_id_of: Callable[[str, str], UUID]) -> None:
        super().__init__()
        self._bucket, self._batch_id_of = bucket, batch_id_of

    def __missing__(self, key: tuple[str, str]) -> str:
        text = self[key] = f"{self._bucket}\t{self._batch_id_of(*key)}"
        return text


class _Instants(dict[datetime, str]):
    """Instant -> its column and its business day's."""

    def __init__(self, day_of: Callable[[datetime], date]) -> None:
        super().__init__()
        self._day_of = day_of

    def __missing__(self, instant: datetime) -> str:
        text = self[instant] = f"{instant.isoformat()}\t{self._day_of(instant).isoformat()}"
        return text


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


def decode_all(references: Sequence[str]) -> list[str]:
    """`decode` of each; a column of one kind of ours is decoded at once."""
    prefix = references[0][:-26]
    if prefix not in _KINDS or is_one(references) or {each[:-26] for each in references} != {prefix}:
        return [decode(references[0])] * len(references) if is_one(references) else list(map(decode, references))
    try:
        digits = "".join([each[-26:] for each in references]).encode("ascii").translate(_CROCKFORD)
        numbers = [int(digits[start : start + 26], 32) for start in range(0, len(digits), 26)]
    except ValueError:
        return list(map(decode, references))
    if max(numbers) >= 1 << 128:
        return list(map(decode, references))
    return list(map(f"{_KINDS[prefix]}\t%032x".__mod__, numbers))


def bank_rows(
    lines: Iterable[BankLine], *, bucket: int, statement_of: Callable[[BankLine], tuple[int, UUID]], known: Collection[int] = ()
) -> Iterator[str]:
    """COPY rows of BANK_COLUMNS, booked entries only: pending ones never post, and are told again when they are booked. `known`: places
    of lines that were loaded from another file."""
    for index, line in enumerate(lines):
        if line.status != "BOOK" or index in known:
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
            line.charges_minor,
        )
        yield "\t".join(map(str, cells)) + "\n"


def escape(text: str) -> str:
    """A text as COPY takes it."""
    return text.translate(_ESCAPES)


def _escaped(line: PspLine) -> PspLine:
    return PspLine._make(escape(value) if isinstance(value, str) else value for value in line)
