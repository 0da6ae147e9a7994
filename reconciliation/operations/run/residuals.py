"""Residuals of a run follow what the bank shows later: so "runs that do not agree" tells of every one (R8).

A bank line and the end of the run that it concerns may come at the same moment. Whoever writes a residual has locked the day's batches
(the bank line: the one that it pays) before the run, in this order, and reads after that: so either the run counts the line, or the
line finds the run done and counts itself. Two bank lines of different batches meet at the run's own lock.
"""

from datetime import datetime
from typing import Any

from reconciliation.models import ReconciliationRun, RunState, SettlementBatch
from reconciliation.queries.residuals import merchant_residuals


def settled_residuals(run: ReconciliationRun) -> list[dict[str, Any]]:
    """Residuals of a merchant account's run that ends now, to be stored in the transaction that ends it."""
    assert run.merchant_account is not None
    batches = SettlementBatch.objects.filter(merchant_account=run.merchant_account, business_date=run.date, version=1)
    list(batches.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    ReconciliationRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    return merchant_residuals(run.merchant_account, run.date)


def refresh_residuals(batch: SettlementBatch, *, now: datetime) -> None:
    """Store the residuals anew on the run of the batch's account and day, where they changed. A run at work stores its own.

    Needs the batch locked, in the transaction in which its bank line is matched.
    """
    runs = ReconciliationRun.objects.filter(merchant_account=batch.merchant_account, date=batch.business_date)
    for run in runs.select_for_update(of=("self",)):
        found = merchant_residuals(batch.merchant_account, run.date)
        if run.state == RunState.DONE and found != run.residuals:
            run.residuals, run.updated_at = found, now
            run.save(update_fields=["residuals", "updated_at"])
