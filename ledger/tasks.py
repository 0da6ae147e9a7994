"""Work of the ledger that runs by itself. Each task calls one operation."""

from celery import shared_task

from ledger import clock, operations
from ledger.actors import Actor

# A balance sums what lies behind its account's checkpoint, about a millisecond for each thousand entries.
BUSY_ENTRIES = 4_000


@shared_task(name="ledger.tasks.seal_audit")
def seal_audit(**_: object) -> int:
    """Chain new audit records (S5)."""
    return operations.seal_audit(now=clock.now())


@shared_task(name="ledger.tasks.archive_audit")
def archive_audit(**_: object) -> int:
    """Sign the audit log's head of each day that ended, and export its segment (S5)."""
    return len(operations.archive_audit(now=clock.now()).signed)


@shared_task(name="ledger.tasks.verify_audit")
def verify_audit(*, asked: int, actor_kind: str, actor_id: str, **_: object) -> bool:
    """Verify the audit chain as somebody asked (S5)."""
    from ledger.operations.verification import verify_as_asked

    return verify_as_asked(asked=asked, actor=Actor(actor_kind, actor_id), now=clock.now()).ok


@shared_task(name="ledger.tasks.write_checkpoints")
def write_checkpoints(**_: object) -> int:
    """Write checkpoints of house balances (L7)."""
    return operations.write_checkpoints()


@shared_task(name="ledger.tasks.write_checkpoints_when_busy")
def write_checkpoints_when_busy(**_: object) -> int:
    """Write them before their minute has passed where many entries came, so that no balance has a long tail to sum (L7)."""
    return operations.write_checkpoints(least=BUSY_ENTRIES)


@shared_task(name="ledger.tasks.expire_approvals")
def expire_approvals(**_: object) -> int:
    """End requests for approval that nobody decided in time (S1)."""
    return operations.expire_approvals(now=clock.now())


@shared_task(name="ledger.tasks.drop_old_keys")
def drop_old_keys(**_: object) -> int:
    """Delete idempotency keys past their time (A3)."""
    return operations.drop_old_keys(now=clock.now())


@shared_task(name="ledger.tasks.dispatch_events")
def dispatch_events(**_: object) -> int:
    """Hand new events of the outbox to every sink (A9)."""
    return operations.dispatch_events(now=clock.now())
