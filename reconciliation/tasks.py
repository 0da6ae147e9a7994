"""Celery: each task loads nothing and calls one operation."""

from celery import shared_task

from ledger import clock
from ledger.actors import Actor, system_actor
from ledger.ids import from_public
from reconciliation import operations
from reconciliation.operations import casework


@shared_task
def load_file(*, file_id: str, actor_kind: str, actor_id: str) -> str:
    """Load a received file; nothing happens to one that is loaded."""
    result = operations.load_file(file_id=from_public(file_id, "file_"), actor=Actor(actor_kind, actor_id), now=clock.now())
    return "accepted" if result["accepted"] else "refused"


@shared_task
def resume_rested_cases() -> int:
    """Cases whose waiting time has passed go back to work."""
    return casework.resume_rested_cases(actor=system_actor("casework"), now=clock.now())
