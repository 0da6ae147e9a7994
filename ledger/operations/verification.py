"""The audit chain verified on demand (S5, UX 4.13): asked for by a person, walked by a worker, its verdict a record of the log itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction

from ledger.actors import Actor
from ledger.models import AuditRecord
from ledger.operations.audit import record_audit
from ledger.operations.sealing import get_chain_head
from ledger.proofs import Report, verify_audit
from ledger.refusals import Conflict

CHAIN = "audit_chain"
ASKED, VERIFIED = "audit.verification_asked", "audit.verified"
PATIENCE = timedelta(hours=1)
_KEPT_SECONDS = 7200


class VerifiedNow(Conflict):
    """The chain is being verified: wait for that verdict."""

    code = "AUDIT_VERIFIED_NOW"


@dataclass(frozen=True, slots=True)
class Verification:
    """The newest one. `verdict`: its record, None while it runs or where none ever was. `walked`: position that was reached so far."""

    asked: AuditRecord | None
    verdict: AuditRecord | None
    walked: int = 0

    def is_running(self, now: datetime) -> bool:
        """Asked for, and neither told yet nor given up: a worker that died tells nothing."""
        waits = self.asked is not None and (self.verdict is None or self.verdict.pk < self.asked.pk)
        return bool(waits and self.asked and self.asked.recorded_at > now - PATIENCE)


def ask_to_verify(*, actor: Actor, now: datetime) -> int:
    """Note that somebody wants the chain verified; returns the record's id, under which the walk tells how far it is.

    Raises VerifiedNow while one is under way.
    """
    if get_verification().is_running(now):
        raise VerifiedNow
    with transaction.atomic():
        position = get_chain_head().position
        record = record_audit(act=ASKED, actor=actor, target_kind=CHAIN, target_id=CHAIN, detail={"position": position}, now=now)
    return int(record.pk)


def verify_as_asked(*, asked: int, actor: Actor, now: datetime) -> Report:
    """Walk the chain, hold it against heads, archive and closes, and record the verdict with the first wrong row. Outside transactions."""
    report = verify_audit(walked=lambda position: cache.set(_key(asked), position, _KEPT_SECONDS))
    with transaction.atomic():
        record_audit(act=VERIFIED, actor=actor, target_kind=CHAIN, target_id=CHAIN, detail=_verdict(report, asked), now=now)
    return report


def get_verification() -> Verification:
    """The newest asking and the newest verdict."""
    found = AuditRecord.objects.filter(target_kind=CHAIN, target_id=CHAIN).order_by("-id")
    asked, verdict = (next((row for row in found[:20] if row.act == act), None) for act in (ASKED, VERIFIED))
    return Verification(asked, verdict, int(cache.get(_key(asked.pk), 0)) if asked else 0)


def _verdict(report: Report, asked: int) -> dict[str, Any]:
    """{ok, asked, position, seconds, first: {check, …the first difference}}; seconds in milliseconds, for no float is recorded."""
    failed = next((check for check in report.checks if not check.ok), None)
    first = {"check": failed.name, **failed.differences[0]} if failed else {}
    examined = next(check.examined for check in report.checks if check.name == "audit_chain_is_whole")
    return {"ok": report.ok, "asked": asked, "position": examined, "milliseconds": int(report.seconds * 1000), "first": first}


def _key(asked: int) -> str:
    return f"audit-walk:{asked}"
