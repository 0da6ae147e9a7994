"""Which payout a bank line is: by what its text says, and at last by who paid, how much and when (R5)."""

from collections.abc import Sequence
from datetime import date

from cashier.models import SettlementRoute
from reconciliation.matching.narrative import (
    Transfer,
    coded_reference,
    names_batch,
    names_payer,
    names_reference,
    names_transfer,
    transfer_references,
)
from reconciliation.models import BankLine, SettlementBatch

Tied = tuple[SettlementBatch, str]
_BY_TEXT = (
    ("bank.transfer_reference@1", names_transfer),
    ("bank.payout_reference@1", names_reference),
    ("bank.batch_and_account@1", names_batch),
)
BY_AMOUNT = "bank.payer_and_amount@1"


def find_batch(line: BankLine, batches: Sequence[SettlementBatch]) -> Tied | None:
    """The one payout that the line's text names, with the rule that found it; none where two fit, or the direction is another."""
    text = said_on(line)
    fitting = [batch for batch in batches if (batch.payout_minor > 0) == (line.amount_minor > 0) and batch.currency == line.currency]
    for rule, names in _BY_TEXT:
        found = [batch for batch in fitting if names(text, transfer_of(batch))]
        if len(found) == 1:
            return found[0], rule
    return None


def names_any(text: str, batch: SettlementBatch) -> bool:
    """Whether a text names this payout, among others perhaps."""
    return any(names(text, transfer_of(batch)) for _, names in _BY_TEXT)


def find_by_amount(line: BankLine, batches: Sequence[SettlementBatch]) -> Tied | None:
    """The one payout of this amount that the line's payer sent in its window, where no other line and no other payout fits: what was
    matched before counts too. Only for payouts of PSPs that put no reference of theirs on every statement."""
    fitting = [batch for batch in batches if _could_be(line, batch)]
    if len(fitting) != 1:
        return None
    batch = fitting[0]
    lines = BankLine.objects.filter(bank_account=line.bank_account, amount_minor=line.amount_minor, booked_date__range=_window(batch))
    rivals = SettlementBatch.objects.filter(
        merchant_account__settlement_routes__bank_account=line.bank_account, currency=batch.currency, payout_minor=batch.payout_minor,
        payout_date__lte=line.booked_date, due_date__gte=line.booked_date, version=1,
    ).distinct()  # fmt: skip
    payers = [each for each in lines if names_payer(said_by(each), payer_of(batch))]
    return (batch, BY_AMOUNT) if len(payers) == 1 and rivals.count() == 1 else None


def transfer_of(batch: SettlementBatch) -> Transfer:
    """How the payout of a batch is named on a statement."""
    references = transfer_references(batch.transfer_reference)
    own = coded_reference(batch.transfer_reference) if batch.source_file.source not in _TX else ""
    return Transfer(references[0] if references else own, batch.number, batch.merchant_account.code)


_TX = frozenset({"adyen_sdr"})  # whose reference is TX…XT or none: the rest of its text names accounts and batches
_UNNAMED = frozenset({"stripe_payout"})  # the descriptor STRIPE may be all that a bank shows


def said_on(line: BankLine) -> str:
    """All that the bank says on a line in which a reference may stand."""
    return f"{line.narrative} {line.end_to_end} {line.bank_reference}"


def said_by(line: BankLine) -> str:
    """Where a payer names itself."""
    return f"{line.counterparty} {line.narrative}"


def is_closed(batch: SettlementBatch, day: date) -> bool:
    """Whether the window in which the bank may show the payout has passed by the end of `day`."""
    return batch.due_date is not None and batch.due_date <= day


def _could_be(line: BankLine, batch: SettlementBatch) -> bool:
    is_same = (batch.payout_minor, batch.currency) == (line.amount_minor, line.currency) and batch.source_file.source in _UNNAMED
    if not is_same or batch.payout_date is None or batch.due_date is None:
        return False
    first, last = _window(batch)
    return first <= line.booked_date <= last and names_payer(said_by(line), payer_of(batch))


def _window(batch: SettlementBatch) -> tuple[date, date]:
    assert batch.payout_date is not None and batch.due_date is not None
    return batch.payout_date, batch.due_date


def payer_of(batch: SettlementBatch) -> str:
    """How the payer of a batch names itself on our statements, as its settlement route says."""
    route = SettlementRoute.objects.filter(merchant_account_id=batch.merchant_account_id, currency=batch.currency).first()
    return route.payer_name if route else ""
