"""The proof of the books as a record: `ledger_prove`, whose answer stands in the audit log and on the close (D2, L10)."""

from datetime import datetime

from ledger.actors import Actor
from ledger.operations import record_audit
from ledger.proofs import Report, prove_ledger
from reconciliation.queries.checklist.books import PROVED


def prove_books(*, actor: Actor, now: datetime) -> Report:
    """Run every check of `ledger_prove` and record what it said, failing checks by name. Needs no open transaction."""
    report = prove_ledger()
    failing = [check.name for check in report.checks if not check.ok]
    detail = {"ok": report.ok, "checks": len(report.checks), "failing": failing}
    record_audit(act=PROVED, actor=actor, target_kind="Ledger", target_id="books", detail=detail, now=now)
    return report
