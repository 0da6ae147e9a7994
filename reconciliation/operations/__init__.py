"""Every write of reconciliation. Others import from here."""

from reconciliation.operations.cases import auto_resolve_case, raise_case
from reconciliation.operations.ingest import dry_run, ingest_file, load_file, receive_file

__all__ = ["auto_resolve_case", "dry_run", "ingest_file", "load_file", "raise_case", "receive_file"]
