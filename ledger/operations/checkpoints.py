"""Checkpoints of house balances (L6, L7): no hot row, and yet a quick and exact balance."""

from django.db import connection, transaction

from ledger.chart import WALLET_KINDS
from ledger.horizon import settled_id

_LOCK = 7_001  # advisory lock: one writer of checkpoints at a time
_CHUNK = 500_000  # entries summed in one statement

_WRITE = """
INSERT INTO ledger_checkpoint (account_id, entry_id, balance_minor)
SELECT tail.account_id, %(up_to)s, tail.total + coalesce((
           SELECT c.balance_minor FROM ledger_checkpoint c WHERE c.account_id = tail.account_id ORDER BY c.entry_id DESC LIMIT 1), 0)
  FROM (SELECT e.account_id, sum(e.amount_minor) AS total FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
         WHERE e.id > %(after)s AND e.id <= %(up_to)s AND a.kind <> ALL(%(walleted)s::text[])
         GROUP BY e.account_id) tail
"""


def write_checkpoints(*, wait_seconds: float = 2.0) -> int:
    """Write the balance of every house account that moved since its last checkpoint; returns how many were written.

    (1) read the last entry id, (2) wait until no database transaction that could hold a smaller one is in flight
    (`pg_snapshot_xmin`), (3) sum what lies between the last checkpoint and there. Writes nothing where step 2 takes longer
    than `wait_seconds`: the tail is then only longer. Runs outside any transaction.
    """
    up_to = settled_id("ledger_entry", seconds=wait_seconds)
    return 0 if up_to is None else sum(iter(lambda: _write_chunk(up_to), -1))


def _write_chunk(up_to: int) -> int:
    """Checkpoint the next chunk of entries; -1 when there is none left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT coalesce(max(entry_id), 0) FROM ledger_checkpoint")
        covered = int(cursor.fetchone()[0])
        cursor.execute("SELECT count(*), max(id) FROM (SELECT id FROM ledger_entry WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) c",
                       [covered, up_to, _CHUNK])  # fmt: skip
        entries, last = cursor.fetchone()
        if not entries:
            return -1
        cursor.execute(_WRITE, {"after": covered, "up_to": last, "walleted": list(WALLET_KINDS)})
        return int(cursor.rowcount)
