"""The nudge of the outbox: one per transaction, however many events it wrote."""

from celery import current_app
from django.db import connection, transaction
from structlog import get_logger

log = get_logger(__name__)
DISPATCH = "ledger.tasks.dispatch_events"


def wake_dispatcher() -> None:
    """Have the outbox dispatched once the transaction at hand has committed. Never raises: the sweeper comes every two seconds."""
    if not any(entry[1] is _wake for entry in connection.run_on_commit):
        transaction.on_commit(_wake)


def _wake() -> None:
    try:
        current_app.send_task(DISPATCH, retry=False, ignore_result=True)
    except Exception as error:  # any broker failure: the rows are there
        log.warning("nudge.lost", task=DISPATCH, error=str(error)[:200])
