"""The proof of the books as a record: `ledger_prove`, whose answer stands in the audit log and on the close (D2, L10)."""

from datetime import datetime

from ledger.actors import Actor
from ledger.horizon import current_snapshot
from ledger.operations import record_audit
from ledger.proofs import Report, prove_ledger
from ledger.proofs.run import one_snapshot
from reconciliation.queries.checklist.books import PROVED


def prove_books(*, actor: Actor, now: datetime) -> Report:
    """Run every check of `ledger_prove` and record what it said, failing checks by name, and what it saw: postings that came after it
    are not proved by it. Needs no open transaction."""
    with one_snapshot():
        seen = current_snapshot()
        report = prove_ledger()
    failing = [check.name for check in report.checks if not check.ok]
    detail = {"ok": report.ok, "checks": len(report.checks), "failing": failing, "snapshot": seen}
    record_audit(act=PROVED, actor=actor, target_kind="Ledger", target_id="books", detail=detail, now=now)
    return report
