"""Which payout a bank line is: by what its text says, and at last by who paid, how much and when (R5)."""

from collections.abc import Sequence
from datetime import date, timedelta

from cashier.models import SettlementRoute
from reconciliation.matching.narrative import Transfer, coded_reference, names_payer, transfer_references
from reconciliation.matching.ruleset import RuleSet, Use
from reconciliation.models import BankLine, SettlementBatch

Tied = tuple[SettlementBatch, str]
BY_AMOUNT = "bank.payer_and_amount"


def find_batch(line: BankLine, batches: Sequence[SettlementBatch], rules: RuleSet) -> Tied | None:
    """The one payout that the line's text names, with the rule that found it; none where two fit, or the direction is another, nor for
    a line of another amount that names a payout besides of which no report has come: it may pay both."""
    text = said_on(line)
    fitting = [batch for batch in batches if (batch.payout_minor > 0) == (line.amount_minor > 0) and batch.currency == line.currency]
    for rule in rules.texts:
        found = [batch for batch in fitting if rule.names(text, transfer_of(batch))]
        if len(found) == 1 and rule.takes(line.amount_minor + line.charges_minor - found[0].payout_minor):
            return None if _waits_for_another(line, found[0]) else (found[0], rule.label)
    return None


def _waits_for_another(line: BankLine, batch: SettlementBatch) -> bool:
    others = [reference for reference in transfer_references(said_on(line)) if reference != transfer_of(batch).reference]
    if not others or is_exact(line, batch):
        return False
    known = SettlementBatch.objects.filter(merchant_account__settlement_routes__bank_account=line.bank_account, version=1)
    return not all(known.filter(transfer_reference__contains=reference).exists() for reference in others)


def names_any(text: str, batch: SettlementBatch, rules: RuleSet) -> bool:
    """Whether a text names this payout, among others perhaps."""
    return any(rule.names(text, transfer_of(batch)) for rule in rules.texts)


def find_by_amount(line: BankLine, batches: Sequence[SettlementBatch], rules: RuleSet) -> Tied | None:
    """The one payout of this amount that the line's payer sent in its window, where no other line and no other payout fits: what was
    matched before counts too. Only for payouts of PSPs that put no reference of theirs on every statement."""
    rule = rules.use(BY_AMOUNT)
    fitting = [batch for batch in batches if rule and _could_be(line, batch, rule)]
    if rule is None or len(fitting) != 1:
        return None
    batch = fitting[0]
    lines = BankLine.objects.filter(bank_account=line.bank_account, amount_minor=line.amount_minor, booked_date__range=_window(batch, rule))
    rivals = SettlementBatch.objects.filter(
        merchant_account__settlement_routes__bank_account=line.bank_account, currency=batch.currency, payout_minor=batch.payout_minor,
        payout_date__lte=line.booked_date, due_date__gte=line.booked_date - _days_after(rule), version=1,
    ).distinct()  # fmt: skip
    payers = [each for each in lines if names_payer(said_by(each), payer_of(batch))]
    return (batch, rule.label) if len(payers) == 1 and rivals.count() == 1 else None


def find_closed_by_amount(line: BankLine, batches: Sequence[SettlementBatch], rules: RuleSet, day: date) -> Tied | None:
    """As find_by_amount, once the window of the payout has passed by the end of `day`: then nothing better can come."""
    tied, rule = find_by_amount(line, batches, rules), rules.use(BY_AMOUNT)
    return tied if tied and rule and is_closed(tied[0], day, days_after=rule.parameters["days_after_due"]) else None


def is_exact(line: BankLine, batch: SettlementBatch) -> bool:
    """Whether the line is this payout's amount, less a charge that the bank states."""
    return batch.payout_minor in (line.amount_minor, line.amount_minor + line.charges_minor)


def transfer_of(batch: SettlementBatch) -> Transfer:
    """How the payout of a batch is named on a statement."""
    references = transfer_references(batch.transfer_reference)
    own = coded_reference(batch.transfer_reference) if batch.source_file.source not in _TX else ""
    return Transfer(references[0] if references else own, batch.number, batch.merchant_account.code)


_TX = frozenset({"adyen_sdr"})  # whose reference is TX…XT or none: the rest of its text names accounts and batches


def said_on(line: BankLine) -> str:
    """All that the bank says on a line in which a reference may stand."""
    return f"{line.narrative} {line.end_to_end} {line.bank_reference}"


def said_by(line: BankLine) -> str:
    """Where a payer names itself."""
    return f"{line.counterparty} {line.narrative}"


def is_closed(batch: SettlementBatch, day: date, *, days_after: int = 0) -> bool:
    """Whether the window in which the bank may show the payout, and `days_after` more, have passed by the end of `day`."""
    return batch.due_date is not None and batch.due_date + timedelta(days=days_after) <= day


def _could_be(line: BankLine, batch: SettlementBatch, rule: Use) -> bool:
    is_known = batch.source_file.source in rule.parameters["sources"]
    is_same = is_known and (batch.payout_minor, batch.currency) == (line.amount_minor, line.currency)
    if not is_same or batch.payout_date is None or batch.due_date is None:
        return False
    first, last = _window(batch, rule)
    return first <= line.booked_date <= last and names_payer(said_by(line), payer_of(batch))


def _window(batch: SettlementBatch, rule: Use) -> tuple[date, date]:
    assert batch.payout_date is not None and batch.due_date is not None
    return batch.payout_date, batch.due_date + _days_after(rule)


def _days_after(rule: Use) -> timedelta:
    return timedelta(days=rule.parameters["days_after_due"])


def payer_of(batch: SettlementBatch) -> str:
    """How the payer of a batch names itself on our statements, as its settlement route says."""
    route = SettlementRoute.objects.filter(merchant_account_id=batch.merchant_account_id, currency=batch.currency).first()
    return route.payer_name if route else ""
