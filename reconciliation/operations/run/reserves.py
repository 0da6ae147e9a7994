"""The reserve against the contract (R14): withheld and released per batch, and what is due back and has not come."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from cashier.contracts import reserve_margin, reserve_term
from ledger.calendar import business_date
from reconciliation.models import ExceptionCase, SettlementBatch
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.queries.reserve_calendar import Withheld, given_back_early, reserve_calendar, sales_minor

_OVERDUE = "RESERVE_RELEASE_OVERDUE"


def raise_reserve_differences(step: MerchantRun, batch: SettlementBatch) -> None:
    """A case where the batch withheld other than the agreed share of its sales, and where it gave back more than was due."""
    term = reserve_term(step.account.contract)
    if term is None:
        return
    rows = [row for row in reserve_calendar(step.account, with_batch=batch) if row.currency == batch.currency]
    own = next((row for row in rows if row.batch_id == str(batch.pk)), None)
    withheld, released = (own.withheld_minor, own.released_minor) if own else (0, 0)
    base = sales_minor(batch)
    margin = reserve_margin(step.account.contract, batch.currency)
    expected = int((base * term.percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
    if abs(withheld - expected) > margin:
        facts = {"base_minor": base, "percent": str(term.percent), "expected_minor": expected, "withheld_minor": withheld}
        _raise_differs(step, batch, "withheld", withheld - expected, facts)
    early = min(given_back_early(rows, batch.business_date), released)
    if early > margin:
        _raise_differs(step, batch, "released", early, {"released_minor": released, "not_due_minor": early})


def raise_overdue_reserves(step: MerchantRun) -> None:
    """A case for each batch whose reserve was due back and has not come whole; it ends when it came, or when a later day was agreed."""
    term = reserve_term(step.account.contract)
    if term is None:
        return  # nothing is agreed: nothing says when it is due, and nothing that it came
    grace = timedelta(days=term.grace_days)
    waiting = {_key(step, row): row for row in reserve_calendar(step.account) if row.open_minor > 0}
    _end_overdue(step, waiting, grace)
    for key, row in waiting.items():
        if row.due and row.due + grace < step.date:
            _raise_overdue(step, key, row)


def _end_overdue(step: MerchantRun, waiting: dict[str, Withheld], grace: timedelta) -> None:
    """By today, not by the run's day: run again for a day on which it was not due yet, the reserve has not come for that."""
    today = business_date(step.account.entity, step.now)
    for case in ExceptionCase.objects.filter(merchant_account=step.account, reason=_OVERDUE, state__in=LIVE_STATES):
        row = waiting.get(case.dedupe_key)
        if row is None:
            auto_resolve_case(case, rule="reserve_came@1", text="The reserve was given back.", now=step.now)
        elif row.due and row.due + grace >= today:
            text = f"By what is agreed now it is due back on {row.due}."
            auto_resolve_case(case, rule="reserve_came@1", text=text, now=step.now)


def _key(step: MerchantRun, row: Withheld) -> str:
    return f"{_OVERDUE}:{step.account.public_id}:{row.number}:{row.currency}"


def _raise_overdue(step: MerchantRun, key: str, row: Withheld) -> None:
    raise_case(
        code=_OVERDUE, entity_id=step.account.entity_id, business_date=row.due or row.day, amount_minor=row.open_minor,
        currency=row.currency, merchant_account=step.account, dedupe_key=key,
        facts={"batch": row.number, "withheld_on": row.day.isoformat(), "due": row.due.isoformat() if row.due else "",
               "withheld_minor": row.withheld_minor, "returned_minor": row.returned_minor},
        links=[("batch", SettlementBatch.objects.get(pk=UUID(row.batch_id)).public_id)], run=step.run, now=step.now,
    )  # fmt: skip


def _raise_differs(step: MerchantRun, batch: SettlementBatch, what: str, amount_minor: int, facts: dict[str, object]) -> None:
    raise_case(
        code="RESERVE_DIFFERS", entity_id=step.account.entity_id, business_date=batch.business_date, amount_minor=amount_minor,
        currency=batch.currency, merchant_account=step.account, dedupe_key=f"RESERVE_DIFFERS:{batch.ref}:{what}",
        facts={"batch": batch.number, "what": what, **facts},
        links=[("batch", batch.public_id), ("file", batch.source_file.public_id)], run=step.run, now=step.now,
    )  # fmt: skip
