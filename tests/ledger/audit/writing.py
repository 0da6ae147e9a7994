"""Records for the log's tests."""

from datetime import datetime, timedelta

from ledger.actors import system_actor
from ledger.operations import record_audit
from tests.ledger.books import NOON

NEXT_DAYS = NOON + timedelta(days=2)


def record(number: int, *, now: datetime = NOON) -> None:
    record_audit(act="test", actor=system_actor("t"), target_kind="Thing", target_id=str(number), detail={"n": number, "é": [1]}, now=now)
