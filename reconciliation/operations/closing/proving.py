"""The proof of the books as a record: `ledger_prove`, whose answer stands in the audit log and on the close (D2, L10)."""

from datetime import datetime
from typing import Any

from ledger.actors import Actor
from ledger.horizon import current_snapshot
from ledger.operations import record_audit
from ledger.proofs import Report, prove_ledger
from ledger.proofs.run import one_snapshot
from reconciliation.models import DailyClose
from reconciliation.queries.checklist import Day, proof_is_due
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


def lacks_only_a_proof(close: DailyClose, items: list[dict[str, Any]], now: datetime) -> bool:
    """Whether all that is missing is that the last proof has not seen the whole day: whoever prepares it proves it, when nothing more can
    be posted into it. A proof that saw all and did not hold is another thing."""
    missing = [item["name"] for item in items if not item["ok"] and not item["overridden"]]
    return missing == ["proofs"] and proof_is_due(Day(close.entity, close.business_date, now))
