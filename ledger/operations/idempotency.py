"""Idempotency keys of API clients (A3), in two ways.

Work that commits in parts takes its key first and says so to all (begin, finish, suspend, forget); a lease of real time frees the
key of a request that crashed. Work that is one transaction claims its key within it (claim, keep): the database's lock on the key
ends with the transaction, however that ends, so a crash leaves nothing and needs no lease. In a `one_transaction` the claim goes
out with the work's first statement, the answer with its COMMIT.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from ledger.clock import real_now
from ledger.errors import KeyReused, StillRunning
from ledger.models import IdempotencyKey
from ledger.operations.rows import Row, Statement, ask, ask_later, send_now

LEASE = timedelta(seconds=60)
KEEP = timedelta(days=30)
RETRY_SECONDS = 1
State = IdempotencyKey.State

# The setting tells statements behind it in the same round trip that there is no use in waiting for locks (NOT_REFUSED).
CLAIM = "countroom.claimed"
_LOCK = Statement(
    b"idempotency_lock",
    f"SELECT set_config('{CLAIM}', pg_try_advisory_xact_lock(hashtextextended($1::text || chr(10) || $2::text, 0))::text, true)".encode(),
)
NOT_REFUSED = f"current_setting('{CLAIM}', true) IS DISTINCT FROM 'false'"
_LOOK = Statement(
    b"idempotency_look",
    b"""SELECT fingerprint, state, status, body, ceil(extract(epoch FROM leased_until - clock_timestamp()))::int
          FROM ledger_idempotency_key WHERE client_id = $1::text AND key = $2::text""",
)
# A row that is there was left by a try that did not answer; one that has an answer, or still runs, is never written over.
_KEEP = Statement(
    b"idempotency_keep",
    b"""INSERT INTO ledger_idempotency_key AS known
               (client_id, key, fingerprint, state, status, body, leased_until, created_at, finished_at)
        VALUES ($1::text, $2::text, $3::text, $4::text, $5::smallint, $6::jsonb, $7::timestamptz, $7::timestamptz, $7::timestamptz)
        ON CONFLICT (client_id, key) DO UPDATE
           SET state = excluded.state, status = excluded.status, body = excluded.body, finished_at = excluded.finished_at
         WHERE known.fingerprint = excluded.fingerprint AND known.state <> 'DONE'
           AND (known.state <> 'RUNNING' OR known.leased_until < clock_timestamp())
        RETURNING id""",
)

# The answer of a key that no try has left a row of. A row that came since is of work in parts: it refuses this one.
_KEEP_NEW = Statement(
    b"idempotency_keep_new",
    b"""INSERT INTO ledger_idempotency_key (client_id, key, fingerprint, state, status, body, leased_until, created_at, finished_at)
        VALUES ($1::text, $2::text, $3::text, 'DONE', $4::smallint, $5::jsonb, $6::timestamptz, $6::timestamptz, $6::timestamptz)""",
)
_ONCE = "ledger_idempotency_key_once"

# Taking a key and keeping its answer are one statement each, on their own: both are on the way of every write.
_BEGIN = Statement(
    b"idempotency_begin",
    b"""INSERT INTO ledger_idempotency_key (client_id, key, fingerprint, state, leased_until, created_at)
        VALUES ($1::text, $2::text, $3::text, 'RUNNING', $4::timestamptz, $5::timestamptz)
        ON CONFLICT (client_id, key) DO NOTHING RETURNING id""",
)
_FINISH = Statement(
    b"idempotency_finish",
    b"""UPDATE ledger_idempotency_key SET state = 'DONE', status = $3::smallint, body = $4::jsonb, finished_at = $5::timestamptz
         WHERE client_id = $1::text AND key = $2::text AND state <> 'DONE' RETURNING id""",
)


@dataclass(frozen=True, slots=True)
class Started:
    """The caller may work now. `resumed`: an earlier try ended without an answer, its rows may be there.

    `leased_until` names the lease of a key that was begun: whoever outlives it no longer speaks for the key, but may bring an answer.
    """

    client_id: str
    key: str
    resumed: bool
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """The first answer: status and JSON body."""

    status: int
    body: Any


class Decided(BaseException):
    """A claim's answer is that there is nothing to do: `outcome` is the first answer, KeyReused or StillRunning.

    It ends the work wherever its first statement was, and is no error that the work may catch.
    """

    def __init__(self, outcome: Replay | KeyReused | StillRunning) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Claim:
    """A key claimed with the first statement of a transaction's work; locked until the transaction ends."""

    def __init__(self, *, client_id: str, key: str, fingerprint: str) -> None:
        """Leave the claim to the next round trip, which raises Decided where the key is another's, running or answered."""
        self._named, self._fingerprint = (client_id, key), fingerprint
        self._begun: Started | None = None
        ask_later((_LOCK, self._named), (_LOOK, self._named), told=self._told)

    def begun(self) -> Started:
        """How the work began; asks now where the work has asked for nothing. Raises Decided."""
        if self._begun is None:
            send_now()
        assert self._begun is not None, "a claim that was asked is decided"
        return self._begun

    def _told(self, rows: list[list[Row]]) -> None:
        try:
            begun = _decide(*self._named, self._fingerprint, *rows)
        except (KeyReused, StillRunning) as refusal:
            raise Decided(refusal) from refusal
        if isinstance(begun, Replay):
            raise Decided(begun)
        self._begun = begun


def claim_idempotent(*, client_id: str, key: str, fingerprint: str) -> Started | Replay:
    """Lock the key until the caller's transaction ends, and say whether to work or to answer as before.

    Raises KeyReused (the key names another request), StillRunning (another transaction holds the key, or a lease on it runs).
    """
    return _decide(client_id, key, fingerprint, *ask((_LOCK, (client_id, key)), (_LOOK, (client_id, key))))


def _decide(client_id: str, key: str, fingerprint: str, lock: list[Row], known: list[Row]) -> Started | Replay:
    if lock[0][0] != "true":
        raise StillRunning(retry_after=RETRY_SECONDS)
    if not known:
        return Started(client_id, key, resumed=False)
    print_, state, status, body, lease = known[0]
    if print_ != fingerprint:
        raise KeyReused()
    if state == State.DONE:
        return Replay(int(status or 200), json.loads(body or "null"))
    if state == State.RUNNING and int(lease or 0) > 0:
        raise StillRunning(retry_after=int(lease or 0))
    return Started(client_id, key, resumed=True)


def keep_idempotent(*, client_id: str, key: str, fingerprint: str, status: int, body: Any, now: datetime) -> None:
    """Keep the answer of a claimed key for good, in the transaction of the effect. Raises StillRunning: another one took the key."""
    if not _keep(client_id, key, fingerprint, State.DONE, status, json.dumps(body), now):
        raise StillRunning(retry_after=RETRY_SECONDS)


def keep_new(*, client_id: str, key: str, fingerprint: str, status: int, body: Any, now: datetime) -> None:
    """As keep_idempotent, of a claimed key that no earlier try has left, with the next round trip: its error is one `is_key_taken`."""
    params = (client_id, key, fingerprint, status, json.dumps(body), now)
    ask_later((_KEEP_NEW, params), told=lambda rows: None)


def is_key_taken(error: Exception) -> bool:
    """Whether this is the refusal of an answer's row because another request took the key between its claim and its answer."""
    cause = error.__cause__
    return isinstance(error, IntegrityError) and isinstance(cause, psycopg.Error) and cause.diag.constraint_name == _ONCE


def suspend_claimed(*, client_id: str, key: str, fingerprint: str, now: datetime) -> None:
    """After a 5xx undid the work of a claimed key: it still names that request, which may be tried again at once.

    Nothing where another request has taken the key by now.
    """
    with transaction.atomic():
        _keep(client_id, key, fingerprint, State.SUSPENDED, None, None, now)


def forget_claimed(*, client_id: str, key: str) -> None:
    """After 400, 401, 403 and 429 to a try that was resumed: the request took no key."""
    IdempotencyKey.objects.filter(client_id=client_id, key=key, state=State.SUSPENDED).delete()


def begin_idempotent(*, client_id: str, key: str, fingerprint: str, now: datetime) -> Started | Replay:
    """Take the key, commit, and say whether to work or to answer as before.

    Raises KeyReused (the key names another request), StillRunning (the first has not ended and its lease runs).
    """
    lease = real_now() + LEASE
    (made,) = ask((_BEGIN, (client_id, key, fingerprint, lease, now)))
    if made:
        return Started(client_id, key, resumed=False, leased_until=lease)
    with transaction.atomic():
        row = IdempotencyKey.objects.select_for_update().filter(client_id=client_id, key=key).first()
        if row is None:  # freed between the two: the next try takes it
            raise StillRunning(retry_after=RETRY_SECONDS)
        return _again(row, fingerprint)


def finish_idempotent(*, client_id: str, key: str, status: int, body: Any, now: datetime) -> Replay | None:
    """Keep the answer for good; in the transaction of the effect where there is one.

    The first answer stays: where another try brought one meanwhile (this one outlived its lease), it is given, and must be answered.
    """
    (kept,) = ask((_FINISH, (client_id, key, status, json.dumps(body), now)))
    if kept:
        return None
    row = IdempotencyKey.objects.get(client_id=client_id, key=key)
    return Replay(row.status or 200, row.body)


def suspend_idempotent(*, begun: Started, now: datetime) -> None:
    """After a 5xx: the same key resumes the same operation. Nothing where another try holds the key by now."""
    _held(begun).update(state=State.SUSPENDED, finished_at=now)


def forget_idempotent(*, begun: Started, now: datetime) -> None:
    """After 400, 401, 403 and 429: the request took no key. Nothing where another try holds the key by now.

    A key whose earlier try may have left rows goes on naming that request: it is suspended.
    """
    if begun.resumed:
        suspend_idempotent(begun=begun, now=now)
    else:
        _held(begun).delete()


def drop_old_keys(*, now: datetime) -> int:
    """Delete keys older than they must be kept; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEEP).delete()[0]


def _again(row: IdempotencyKey, fingerprint: str) -> Started | Replay:
    if row.fingerprint != fingerprint:
        raise KeyReused()
    if row.state == State.DONE:
        return Replay(row.status or 200, row.body)
    if row.state == State.RUNNING and row.leased_until > real_now():
        raise StillRunning(retry_after=max(1, int((row.leased_until - real_now()).total_seconds())))
    row.state, row.leased_until = State.RUNNING, real_now() + LEASE
    row.save(update_fields=["state", "leased_until"])
    return Started(row.client_id, row.key, resumed=True, leased_until=row.leased_until)


def _held(begun: Started) -> QuerySet[IdempotencyKey]:
    """The row of a key while the lease that was begun is its last one, and no answer is known."""
    assert begun.leased_until is not None, "only a key that was begun has a lease"
    return IdempotencyKey.objects.filter(client_id=begun.client_id, key=begun.key, state=State.RUNNING, leased_until=begun.leased_until)


def _keep(client_id: str, key: str, fingerprint: str, state: str, status: int | None, body: str | None, now: datetime) -> bool:
    (rows,) = ask((_KEEP, (client_id, key, fingerprint, state, status, body, now)))
    return bool(rows)
