"""Every write of reconciliation. Others import from here; case work and closes are packages of their own: casework, closing."""

from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.ingest import dry_run, ingest_file, load_file, receive_file
from reconciliation.operations.late_files import watch_files
from reconciliation.operations.run.conduct import RunInProgress, accounts_of, describe_run, reconcile, run_account

__all__ = [
    "RunInProgress",
    "accounts_of",
    "auto_resolve_case",
    "describe_run",
    "dry_run",
    "ingest_file",
    "load_file",
    "raise_case",
    "receive_file",
    "reconcile",
    "run_account",
    "watch_files",
]
