"""What the API shows of reconciliation's records: plain dicts, amounts as integer minor units (INTERFACES.md 3)."""

from datetime import datetime
from typing import Any

from reconciliation.models import DailyClose, ExceptionCase, ReconciliationRun, SourceFile
from reconciliation.models.closes import ProvisionalClose
from reconciliation.operations import describe_run
from reconciliation.queries.bundles import Bundle


def case_body(case: ExceptionCase) -> dict[str, Any]:
    """One exception case."""
    return {
        "id": case.public_id,
        "number": case.number,
        "reason_code": case.reason_id,
        "category": case.category,
        "player_impact": case.player_impact,
        "state": str(case.state),
        "severity": case.severity,
        "owner_team": case.owner_team,
        "due_at": instant(case.due_at),
        "amount_minor": int(case.amount_minor),
        "currency": case.currency,
        "merchant_account": case.merchant_account.code if case.merchant_account else None,
        "bank_account": case.bank_account.code if case.bank_account else None,
        "merchant_reference": case.merchant_reference or None,
        "psp_reference": case.psp_reference or None,
        "bank_reference": case.bank_reference or None,
        "business_date": case.business_date.isoformat(),
        "opened_at": instant(case.opened_at),
        "resolved_at": instant(case.resolved_at),
        "resolution": case.resolution or None,
    }


def run_body(run: ReconciliationRun) -> dict[str, Any]:
    """One run, as `reconcile --json` prints it, with when it began and ended."""
    return {**describe_run(run), "started_at": instant(run.started_at), "finished_at": instant(run.finished_at)}


def close_body(close: DailyClose) -> dict[str, Any]:
    """One close, in one version."""
    return {
        "id": close.public_id,
        "entity": close.entity.code,
        "business_date": close.business_date.isoformat(),
        "version": close.version,
        "state": str(close.state),
        "zone": close.zone,
        "cutoff": close.cutoff.isoformat(),
        "checklist": close.checklist,
        "overrides": close.overrides,
        "prepared_at": instant(close.prepared_at),
        "signed_at": instant(close.signed_at),
        "reopened_at": instant(close.reopened_at),
    }


def close_detail(close: DailyClose, bundle: Bundle | None) -> dict[str, Any]:
    """One close with its bundle: the manifest as it was signed, null where there is none."""
    return {**close_body(close), "bundle": {"name": bundle.name, "manifest": bundle.manifest} if bundle else None}


def provisional_body(row: ProvisionalClose) -> dict[str, Any]:
    """A mini-close: what D2's checks found on the day so far."""
    return {
        "id": row.public_id,
        "entity": row.entity.code,
        "business_date": row.business_date.isoformat(),
        "provisional": True,
        "taken_at": instant(row.taken_at),
        "missing": row.missing,
        "checklist": row.checklist,
        "totals": row.totals,
    }


def file_body(file: SourceFile) -> dict[str, Any]:
    """One file: its id and state, and the object that `ingest` prints once it was read."""
    head = {
        "file_id": file.public_id,
        "state": str(file.state),
        "received_at": instant(file.received_at),
        "loaded_at": instant(file.loaded_at),
    }
    return {**head, **(file.result or {})}


def instant(at: datetime | None) -> str | None:
    """RFC 3339, UTC."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at else None
