"""Residuals of a run that is done follow what the bank shows later: so "runs that do not agree" tells of every one (R8)."""

from datetime import datetime

from reconciliation.models import ReconciliationRun, RunState, SettlementBatch
from reconciliation.queries.proof import merchant_residuals


def refresh_residuals(batch: SettlementBatch, *, now: datetime) -> None:
    """Store the residuals anew on the run of the batch's account and day, where they changed. A run at work stores its own."""
    runs = ReconciliationRun.objects.filter(merchant_account=batch.merchant_account, date=batch.business_date, state=RunState.DONE)
    for run in runs.select_for_update(of=("self",)):
        found = merchant_residuals(batch.merchant_account, run.date)
        if found != run.residuals:
            run.residuals, run.updated_at = found, now
            run.save(update_fields=["residuals", "updated_at"])
