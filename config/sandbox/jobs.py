"""What follows from a call a moment later. A job and its effect are one transaction, so a restart neither loses nor repeats it."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable

from config.sandbox.disputes import open_dispute, rule_dispute
from config.sandbox.messages import Refused
from config.sandbox.payments import finish_pending
from config.sandbox.payouts import finish_payout, return_payout
from config.sandbox.refunds import finish_refund, reverse_refund
from config.sandbox.sandbox import Sandbox

log = logging.getLogger(__name__)
POLL_SECONDS = 0.5
CHUNK = 100

Job = Callable[[sqlite3.Connection, Sandbox, str], object]

JOBS: dict[str, Job] = {
    "payment.capture": lambda connection, sandbox, psp_ref: finish_pending(connection, sandbox, psp_ref=psp_ref, capture=True),
    "payment.fail": lambda connection, sandbox, psp_ref: finish_pending(connection, sandbox, psp_ref=psp_ref, capture=False),
    "refund.finish": lambda connection, sandbox, refund_id: finish_refund(connection, sandbox, refund_id=refund_id),
    "refund.reverse": lambda connection, sandbox, refund_id: reverse_refund(connection, sandbox, refund_id=refund_id),
    "payout.finish": lambda connection, sandbox, payout_id: finish_payout(connection, sandbox, payout_id=payout_id),
    "payout.return": lambda connection, sandbox, payout_id: return_payout(connection, sandbox, payout_id=payout_id),
    "dispute.open": lambda connection, sandbox, capture_id: open_dispute(connection, sandbox, capture_id=capture_id),
    "dispute.rule": lambda connection, sandbox, dispute_id: rule_dispute(connection, sandbox, dispute_id=dispute_id),
}


def run_jobs(sandbox: Sandbox, stop: threading.Event) -> None:
    """Do what is due until `stop`."""
    while not stop.is_set():
        try:
            if do_due_jobs(sandbox):
                sandbox.ring()
                continue
        except Exception:
            log.exception("a job failed; trying again")
        with sandbox.bell:
            sandbox.bell.wait(min(POLL_SECONDS, _seconds_to_next(sandbox)))


def do_due_jobs(sandbox: Sandbox) -> int:
    """Do a chunk of what is due now; returns how many: none while they are held."""
    if sandbox.is_held:
        return 0
    with sandbox.store.write() as connection:
        due = connection.execute("SELECT * FROM job WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", (time.time(), CHUNK)).fetchall()
        for job in due:
            _do(connection, sandbox, job)
            connection.execute("DELETE FROM job WHERE id = ?", (job["id"],))
    return len(due)


def _do(connection: sqlite3.Connection, sandbox: Sandbox, job: sqlite3.Row) -> None:
    try:
        JOBS[job["kind"]](connection, sandbox, job["object_id"])
    except Refused as refusal:  # the object went another way meanwhile: nothing is left to do
        log.info("%s %s: %s", job["kind"], job["object_id"], refusal.code)


def _seconds_to_next(sandbox: Sandbox) -> float:
    if sandbox.is_held:
        return POLL_SECONDS
    row = sandbox.store.read().execute("SELECT MIN(due_at) AS due_at FROM job").fetchone()
    return max(0.01, row["due_at"] - time.time()) if row["due_at"] is not None else POLL_SECONDS
