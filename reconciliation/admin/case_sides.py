"""What each side says of a case: the platform, the PSP, the bank (UX 4.3). Read from the records that the case links to."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cashier.models import Capture, DepositIntent, MerchantAccount, PayoutIntent, Refund
from ledger.admin.frames import CompareRow, Side, chip_cell, money_cell, ref_cell
from ledger.admin.frames.cells import NOT_THERE
from ledger.admin.frames.text import absolute_text, sentence
from ledger.errors import BadPublicId
from reconciliation.models import BankLine, CaseLink, ExceptionCase, PspLine, SettlementBatch

NOTHING_THERE = "(none)"
OURS: dict[str, tuple[type[Any], str]] = {
    "cap_": (Capture, "capture"),
    "rf_": (Refund, "refund"),
    "po_": (PayoutIntent, "payout"),
    "pi_": (DepositIntent, "deposit"),
}
# The most telling record of ours comes first: a capture says more than its intent.
RANK = list(OURS)


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says. `amount_minor` is unsigned; None where the side says nothing."""

    amount_minor: int | None = None
    currency: str = ""
    reference: str = ""
    state: str = ""
    time: str = ""
    fee: str = ""


@dataclass(slots=True)
class Sides:
    """The three sides, with the records that they were read from."""

    ours: Said = field(default_factory=Said)
    psp: Said = field(default_factory=Said)
    bank: Said = field(default_factory=Said)
    record: Any = None
    psp_lines: list[PspLine] = field(default_factory=list)
    bank_lines: list[BankLine] = field(default_factory=list)


def read_sides(case: ExceptionCase) -> Sides:
    """Read what is linked; a side without a record says nothing."""
    links = list(case.links.all())
    sides = Sides(record=_our_record(links), psp_lines=_psp_lines(links), bank_lines=_bank_lines(links))
    if sides.record is not None:
        sides.ours = _ours(sides.record)
    if sides.psp_lines:
        sides.psp = _psp(sides.psp_lines)
    batch = sides.psp_lines[0].batch if sides.psp_lines else _batch(links)
    if sides.bank_lines:
        sides.bank = _bank(sides.bank_lines)
    elif batch is not None:
        sides.bank = Said(state=f"in batch {batch.number}", reference=batch.transfer_reference, time=_day(batch.payout_date))
    if batch is not None and not sides.psp_lines:
        sides.psp = Said(abs(batch.payout_minor), batch.currency, f"batch {batch.number}", "payout of the batch", _day(batch.payout_date))
    return sides


def compare_rows(case: ExceptionCase, sides: Sides) -> list[CompareRow]:
    """The table: an amount differs where two sides disagree or one that must speak is silent; a side that is there in the wrong state
    has its state marked instead."""
    said = (sides.ours, sides.psp, sides.bank)
    differs = _differing(case, sides)
    marked = [(each, name in differs) for name, each in zip(("ours", "psp", "bank"), said, strict=True)]
    silent = case.category.startswith("missing")
    rows = [CompareRow("Amount", tuple(Side(_amount(each), mark and not (silent and each.amount_minor)) for each, mark in marked))]
    for label, name in (("Reference", "reference"), ("State", "state"), ("Time", "time"), ("Fee", "fee")):
        values = [(getattr(each, name), mark and silent and name == "state" and bool(each.amount_minor)) for each, mark in marked]
        if any(value for value, _ in values):
            rows.append(CompareRow(label, tuple(Side(value or NOT_THERE, mark) for value, mark in values)))
    return rows


def _differing(case: ExceptionCase, sides: Sides) -> set[str]:
    """Names of the sides whose amount is marked."""
    ours, psp, bank = sides.ours.amount_minor, sides.psp.amount_minor, sides.bank.amount_minor
    if case.category == "missing_platform" or (case.category == "missing_psp" and case.bank_account_id is None):
        return {"ours"} if case.category == "missing_platform" else {"psp"}
    if case.category == "missing_psp":
        return {"bank"}
    if bank is not None and psp is not None and bank != psp:
        return {"bank"}
    return {"psp"} if ours is not None and psp is not None and ours != psp else set()


def _day(value: date | None) -> str:
    return f"{value.day} {value:%b %Y}" if value else ""


def _amount(said: Said) -> str:
    if said.amount_minor is None:
        return said.state if said.state.startswith("in batch") else NOTHING_THERE
    return money_cell(said.amount_minor, said.currency)


def _our_record(links: list[CaseLink]) -> Any:
    known = [link.target_id for link in links if link.target_id.partition("_")[0] + "_" in OURS]
    for target in sorted(known, key=lambda each: RANK.index(each.partition("_")[0] + "_")):
        model = OURS[target.partition("_")[0] + "_"][0]
        try:
            found = model.objects.filter(pk=model.id_of(target)).first()
        except BadPublicId:
            continue
        if found is not None:
            return found
    return None


def _ours(record: Any) -> Said:
    noun = next(noun for model, noun in OURS.values() if isinstance(record, model))
    amount = record.gross_minor if isinstance(record, DepositIntent) else record.amount_minor
    moment = getattr(record, "captured_at", None) or record.created_at
    return Said(amount, record.currency, ref_cell(record.public_id), chip_cell(noun, record.state), absolute_text(moment))


def _line_ids(links: list[CaseLink], kind: str) -> list[int]:
    found = [link.target_id.rpartition(":")[2] for link in links if link.kind == kind]
    return [int(each) for each in found if each.isdecimal()]


def _psp_lines(links: list[CaseLink]) -> list[PspLine]:
    ids = _line_ids(links, "psp_line")
    return list(PspLine.objects.filter(pk__in=ids).select_related("batch").order_by("pk")) if ids else []


def _bank_lines(links: list[CaseLink]) -> list[BankLine]:
    ids = _line_ids(links, "bank_line")
    return list(BankLine.objects.filter(pk__in=ids).order_by("pk")) if ids else []


def _batch(links: list[CaseLink]) -> SettlementBatch | None:
    named = next((link.target_id for link in links if link.kind == "batch"), "")
    if named.startswith(SettlementBatch.PREFIX):
        return SettlementBatch.objects.filter(pk=SettlementBatch.id_of(named)).first()
    parts = named.split(":")
    if len(parts) != 4:
        return None
    return SettlementBatch.objects.filter(number=parts[2], currency=parts[3], merchant_account__in=_account_of(parts[1])).first()


def _account_of(public_id: str) -> Any:
    return MerchantAccount.objects.filter(pk=MerchantAccount.id_of(public_id))


def _psp(lines: list[PspLine]) -> Said:
    line = lines[0]
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    fee = money_cell(line.fees_minor, line.net_currency)
    return Said(
        abs(line.gross_minor),
        line.gross_currency,
        (line.object_reference or line.psp_reference) + more,
        sentence(line.type),
        absolute_text(line.created_at),
        fee,
    )


def _bank(lines: list[BankLine]) -> Said:
    line = lines[0]
    more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
    state = "Booked, a reversal" if line.is_reversal else "Booked in" if line.amount_minor > 0 else "Booked out"
    fee = money_cell(line.charges_minor, line.currency) if line.charges_minor else ""
    return Said(
        abs(line.amount_minor),
        line.currency,
        (line.bank_reference or line.narrative[:40]) + more,
        state,
        _day(line.booked_date),
        fee,
    )
