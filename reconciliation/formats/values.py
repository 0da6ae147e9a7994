"""What every reader of a file gives: canonical lines, then one result with totals, statements and checks.

    reader = formats.read("adyen_sdr", file, registry=settings.REPORT_FORMATS)   # file: binary, seekable, at its start
    for line in reader: ...          # PspLine or BankLine, streamed; FormatRefused at the first broken place
    result = reader.finish()         # ReadResult; only after the last line (LookupError before)

A reader is used once. Memory does not grow with the number of lines. A FormatRefused means that the whole file is refused:
whoever loads lines does so in a transaction and rolls it back. Amounts are integers in minor units; credit is positive and
debit negative, seen from our side of the paper (R3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

PSP_KINDS = (
    "sale",
    "refund",
    "payout",
    "chargeback",
    "reversal",
    "fee",
    "reserve",
    "balance_transfer",
    "adjustment",
    "fx",
    "transfer",
    "unknown",
)
EVENT_KINDS = (
    "received",
    "authorised",
    "refused",
    "cancelled",
    "capture_sent",
    "capture_failed",
    "settled",
    "settled_reversed",
    "refund_sent",
    "refund_failed",
    "refunded",
    "refunded_reversed",
    "chargeback",
    "chargeback_reversed",
    "payout_sent",
    "paid_out",
    "paid_out_reversed",
    "unknown",
)
BANK_KINDS = ("credit", "debit", "unknown")  # unknown: what the bank wrote says no direction; such a line is never booked


@dataclass(frozen=True, slots=True)
class ReadError:
    """Why and where a file was refused. `line` and `column` count from 1; 0 where the place cannot be named.

    Codes: empty, encoding, structure, header, columns, amount, currency, date, zone, type, fragment, not_a_statement,
    missing_tag, unknown_tag, unexpected_text, spreadsheet_damage, too_long, forbidden_xml, card_number, repeated; of a stored file:
    damaged, account, statement_loaded.
    """

    code: str
    line: int
    column: int
    message: str


class FormatRefused(Exception):
    """The file is refused whole (R2). `error` says where. Code `card_number` asks the loader to quarantine the file (C14)."""

    def __init__(self, code: str, message: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(f"line {line}, column {column}: {message}")
        self.error = ReadError(code=code, line=line, column=column, message=message)


class PspLine(NamedTuple):
    """One line of a PSP's settlement report (R3). A tuple, in the order in which COPY may take it.

    `kind` is one of PSP_KINDS, `reverses` names what a `reversal` undoes (refund, chargeback, payout), `line_type` is the
    file's own word. `direction` (credit, debit) comes from the columns. Fees are positive where they cost us; net is
    gross less the four fees and the tax on them (`tax_minor`, positive a cost) where both currencies agree. `exchange_rate` is the
    exact text, net per gross, or "".
    `payout_reference` of a `transfer` row is what the PSP says to the bank (TX…XT, trace id, payout id); the full narrative is its
    `modification_reference`. A `transfer` that `reverses` a transfer is one that came back.
    `booking_date` is None where the layout has no such column. `raw` is the line as received without its line end, "" where a line is
    worked out from others (a payout that the report states only by its rows). One row may give two lines (a reserve beside its sale).
    """

    line_number: int
    merchant_account: str
    psp_reference: str
    modification_reference: str
    merchant_reference: str
    modification_merchant_reference: str
    line_type: str
    kind: str
    reverses: str
    direction: str
    gross_currency: str
    gross_minor: int
    commission_minor: int
    markup_minor: int
    scheme_fee_minor: int
    interchange_minor: int
    net_currency: str
    net_minor: int
    exchange_rate: str
    created_at: datetime
    booking_date: date | None
    batch_number: str
    payment_method: str
    payment_method_variant: str
    payout_reference: str
    dispute_reference: str
    note: str
    raw: str
    tax_minor: int = 0

    @property
    def fees_minor(self) -> int:
        """What the line costs, tax included, in net currency: net and it are what moved before the PSP took its fee."""
        return self.commission_minor + self.markup_minor + self.scheme_fee_minor + self.interchange_minor + self.tax_minor


class PspEvent(NamedTuple):
    """One event of a PSP's activity export (R1, R4): what a payment went through, with what it moved between the PSP's buckets.

    `kind` is one of EVENT_KINDS, `record_type` the file's own word. Buckets are signed: received, authorised and captured in
    `payment_currency`, payable and the fees (positive a cost) in `settlement_currency`, the processing fee in `processing_currency`.
    Events of one payment come in any order. `raw` as in PspLine.
    """

    line_number: int
    merchant_account: str
    psp_reference: str
    modification_reference: str
    merchant_reference: str
    modification_merchant_reference: str
    record_type: str
    kind: str
    payment_currency: str
    received_minor: int
    authorised_minor: int
    captured_minor: int
    settlement_currency: str
    payable_minor: int
    commission_minor: int
    markup_minor: int
    scheme_fee_minor: int
    interchange_minor: int
    processing_currency: str
    processing_fee_minor: int
    booked_at: datetime
    payment_method: str
    payment_method_variant: str
    raw: str


class BankDetail(NamedTuple):
    """One of the payments that a bank booked as one entry. `amount_minor` is signed, None where the bank gives none."""

    amount_minor: int | None
    currency: str
    end_to_end_id: str
    bank_reference: str
    counterparty_name: str
    counterparty_account: str
    narrative: str


class BankLine(NamedTuple):
    """One entry of a bank statement (R3); only `status` BOOK has moved the balance (PDNG and INFO have not).

    `amount_minor` is signed: credit positive. `is_reversal` is the bank's own mark and never changes the sign.
    `narrative` is for people; `search_text` is everything said on the entry in upper case without white space, for
    finding references that the bank wrapped; `payout_references` are the TX…XT found there. `charges_minor`: what the bank says it kept
    of the movement, positive; `amount_minor` is without it.
    """

    line_number: int
    statement_index: int
    status: str
    kind: str
    amount_minor: int
    currency: str
    is_reversal: bool
    booking_date: date
    value_date: date
    booked_at: datetime | None
    bank_reference: str
    customer_reference: str
    end_to_end_id: str
    transaction_code: str
    counterparty_name: str
    counterparty_account: str
    narrative: str
    search_text: str
    payout_references: tuple[str, ...]
    details: tuple[BankDetail, ...]
    note: str
    raw: str
    charges_minor: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A bank's statement, or one batch and net currency of a PSP's report (then without balances).

    `number` is as printed. `lines` counts every line, booked or not. Balances are signed, None where the file has none.
    """

    index: int
    account_ref: str
    number: str
    currency: str
    opening_minor: int | None
    closing_minor: int | None
    lines: int
    line_number: int = 0
    opening_date: date | None = None
    closing_date: date | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch of a PSP's report comes to, in one net currency. `net_minor` is the sum of all rows: zero if it balances.

    `payout_minor` is what the PSP sends to our bank (positive), `carried_minor` what it moves to the next batch (positive).
    """

    merchant_account: str
    number: str
    currency: str
    lines: int
    net_minor: int
    payout_minor: int
    carried_minor: int
    payout_references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """Control total of one type. Bank: booked entries. PSP: net amounts in net currency, so that debits equal credits over all types."""

    type: str
    currency: str
    count: int
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True)
class Check:
    """One control: account_matches, opening_closing, control_total, line_count, sequence. All that a reader gives must hold."""

    name: str
    ok: bool
    expected: int | str | None
    actual: int | str | None
    where: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The whole file, read. `accepted`: it may be loaded. A batch that does not sum to zero is a failed control_total (R2)."""

    encoding: str
    lines: int
    statements: tuple[Statement, ...]
    totals: tuple[Total, ...]
    checks: tuple[Check, ...]
    batches: tuple[Batch, ...] = ()

    @property
    def accepted(self) -> bool:
        return all(check.ok for check in self.checks)


class Reader(Protocol):
    """A file being read once, from its first line to its result. `encoding` is "" until it is known."""

    encoding: str

    def __iter__(self) -> Iterator[PspLine | BankLine | PspEvent]: ...

    def finish(self) -> ReadResult: ...
