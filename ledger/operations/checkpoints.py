"""Checkpoints of house balances (L6, L7): no hot row, and yet a quick and exact balance."""

from dataclasses import dataclass

from django.db import connection, transaction

from ledger.chart import WALLET_KINDS
from ledger.horizon import settled_id

_LOCK = 7_001  # advisory lock: one writer of checkpoints at a time
_CHUNK = 500_000  # entries summed in one statement

# Each is the one before plus the entries between; so are the latest day and moment that it reaches (L13), which are looked up in all
# entries once where the one before does not know them.
_WRITE = """
INSERT INTO ledger_checkpoint (account_id, entry_id, balance_minor, business_until, posted_until)
SELECT tail.account_id, %(up_to)s, tail.total + coalesce(last.balance_minor, 0),
       greatest(tail.business_until, last.business_until, old.business_until),
       greatest(tail.posted_until, last.posted_until, old.posted_until)
  FROM (SELECT e.account_id, sum(e.amount_minor) AS total, max(e.business_date) AS business_until, max(t.posted_at) AS posted_until
          FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id JOIN ledger_journal_transaction t ON t.id = e.transaction_id
         WHERE e.id > %(after)s AND e.id <= %(up_to)s AND a.kind <> ALL(%(walleted)s::text[])
         GROUP BY e.account_id) tail
  LEFT JOIN LATERAL (SELECT * FROM ledger_checkpoint c WHERE c.account_id = tail.account_id ORDER BY c.entry_id DESC LIMIT 1) last ON true
  LEFT JOIN LATERAL (SELECT max(e.business_date) AS business_until, max(t.posted_at) AS posted_until
                       FROM ledger_entry e JOIN ledger_journal_transaction t ON t.id = e.transaction_id
                      WHERE last.id IS NOT NULL AND last.posted_until IS NULL
                        AND e.account_id = tail.account_id AND e.id <= last.entry_id) old ON true
"""


def write_checkpoints(*, wait_seconds: float | None = None, least: int = 0) -> int:
    """Write the balance of every house account that moved since its last checkpoint; returns how many were written.

    (1) read the last entry id, (2) wait until no database transaction that could hold a smaller one is in flight
    (`pg_snapshot_xmin`), (3) sum what lies between the last checkpoint and there. Writes nothing where step 2 takes longer
    than `wait_seconds`: the tail is then only longer; or where fewer than `least` entries have come since the last one.
    Runs outside any transaction.
    """
    if least and _entries_since() < least:
        return 0
    up_to = settled_id("ledger_entry", seconds=wait_seconds)
    if up_to is None:
        return 0
    written, after = 0, None
    while (chunk := _write_chunk(after, up_to)) is not None:
        written += chunk.written
        after = chunk.last  # a chunk of wallets only writes nothing: go on behind it all the same
    return written


def _entries_since() -> int:
    """About how many entries lie behind the newest checkpoint: ids that were given and not used count too."""
    with connection.cursor() as cursor:
        cursor.execute("""SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('ledger_entry', 'id')::regclass), 0)
                                 - coalesce((SELECT max(entry_id) FROM ledger_checkpoint), 0)""")
        return int(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class _Chunk:
    """The last entry that was looked at, and how many checkpoints were written."""

    last: int
    written: int


def _write_chunk(after: int | None, up_to: int) -> _Chunk | None:
    """Checkpoint the next chunk of entries; None when there is none left, or another one is writing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT coalesce(max(entry_id), 0) FROM ledger_checkpoint")
        covered = max(int(cursor.fetchone()[0]), after or 0)
        cursor.execute("SELECT max(id) FROM (SELECT id FROM ledger_entry WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) c",
                       [covered, up_to, _CHUNK])  # fmt: skip
        last = cursor.fetchone()[0]
        if last is None:
            return None
        cursor.execute(_WRITE, {"after": covered, "up_to": last, "walleted": list(WALLET_KINDS)})
        return _Chunk(last=int(last), written=int(cursor.rowcount))
