"""The nudge of the outbox: one per transaction, however many events it wrote."""

from django.db import connection, transaction

from cashier.nudges import send_quietly

DISPATCH = "ledger.tasks.dispatch_events"


def wake_dispatcher() -> None:
    """Have the outbox dispatched once the transaction at hand has committed. Never raises: the sweeper comes every two seconds."""
    if not any(entry[1] is _wake for entry in connection.run_on_commit):
        transaction.on_commit(_wake)


def _wake() -> None:
    send_quietly(DISPATCH)
