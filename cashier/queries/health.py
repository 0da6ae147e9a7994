"""How merchant accounts fare right now (C9, C10): circuits, answers and latency of the last minutes. In real time, as calls are.

Success is approved, captured or accepted, of what the PSP answered to authorisations; what waits for the player counts neither
way. A call that brought no answer within the account's deadline is unanswered, however it was resolved later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from cashier.breakers import Circuit, read_circuits
from cashier.models import MerchantAccount, PspEvent
from ledger.clock import real_now

RECENT = timedelta(minutes=15)
STRIP = timedelta(hours=4)
SLOT = timedelta(minutes=10)
LAGS_OF = timedelta(hours=1)

_SUCCESS = "a.outcome IN ('APPROVED', 'CAPTURED', 'PENDING')"
_COUNTS = f"""
    count(*) FILTER (WHERE a.outcome NOT IN ('', 'ACTION_REQUIRED')) AS answered,
    count(*) FILTER (WHERE {_SUCCESS}) AS succeeded,
    count(*) FILTER (WHERE coalesce(a.answered_at, %(now)s) - a.sent_at > m.timeout_seconds * interval '1 second') AS unanswered,
    percentile_disc(0.95) WITHIN GROUP (ORDER BY a.answered_at - a.sent_at) FILTER (WHERE a.answered_at IS NOT NULL) AS p95,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY a.answered_at - a.sent_at) FILTER (WHERE a.answered_at IS NOT NULL) AS p50,
    percentile_disc(0.99) WITHIN GROUP (ORDER BY a.answered_at - a.sent_at) FILTER (WHERE a.answered_at IS NOT NULL) AS p99
  FROM cashier_attempt a JOIN cashier_merchant_account m ON m.id = a.merchant_account_id
 WHERE a.sent_at >= %(since)s AND a.sent_at <= %(now)s AND a.merchant_account_id = ANY(%(accounts)s)"""
_TRACKS = f"SELECT a.merchant_account_id, {_COUNTS} GROUP BY 1"
_SLOTS = f"SELECT a.merchant_account_id, floor(extract(epoch FROM a.sent_at) / %(slot)s)::bigint, {_COUNTS} GROUP BY 1, 2"
_DECLINES = """
SELECT a.merchant_account_id, a.decline_code, count(*)
  FROM cashier_attempt a
 WHERE a.sent_at >= %(since)s AND a.sent_at <= %(now)s AND a.merchant_account_id = ANY(%(accounts)s) AND a.decline_code <> ''
 GROUP BY 1, 2 ORDER BY 3 DESC, 2"""
_LAGS = f"""
SELECT e.merchant_account_id, percentile_disc(0.95) WITHIN GROUP (ORDER BY e.received_at - e.occurred_at)
  FROM "{PspEvent._meta.db_table}" e
 WHERE e.received_at >= %(since)s AND e.received_at <= %(now)s AND e.merchant_account_id = ANY(%(accounts)s) GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class Track:
    """Authorisations of a time: how many were answered, succeeded, brought no answer in time; 95 % were answered within `p95`."""

    answered: int = 0
    succeeded: int = 0
    unanswered: int = 0
    p95: timedelta | None = None
    p50: timedelta | None = None
    p99: timedelta | None = None

    @property
    def success_rate(self) -> float | None:
        """0 to 1; None where nothing was answered."""
        return self.succeeded / self.answered if self.answered else None

    @property
    def p95_ms(self) -> int | None:
        return round(self.p95.total_seconds() * 1000) if self.p95 is not None else None


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """One merchant account now. `is_open`: it may be called, a probe of its circuit included, and its captures are not paused."""

    code: str
    circuit: Circuit
    is_paused: bool
    recent: Track

    @property
    def is_open(self) -> bool:
        return self.circuit.takes_calls and not self.is_paused

    @property
    def success_rate(self) -> float | None:
        return self.recent.success_rate

    @property
    def p95_ms(self) -> int | None:
        return self.recent.p95_ms


def account_health(accounts: Iterable[MerchantAccount]) -> dict[UUID, AccountHealth]:
    """How these accounts fare, by their id: one query and one round trip to Redis for all."""
    rows = list(accounts)
    at = real_now()
    circuits, tracks = read_circuits(rows), list_tracks(rows, since=at - RECENT, now=at)
    return {row.pk: AccountHealth(row.code, circuits[row.code], row.captures_paused, tracks.get(row.pk, Track())) for row in rows}


def list_tracks(accounts: Sequence[MerchantAccount], *, since: datetime, now: datetime) -> dict[UUID, Track]:
    """The track of each account that made a call in this time."""
    return {row[0]: Track(*row[1:]) for row in _rows(_TRACKS, accounts, since, now)}


def list_slots(accounts: Sequence[MerchantAccount], *, now: datetime) -> dict[UUID, dict[int, Track]]:
    """The tracks of the last hours in slots of ten minutes, by the slot's number (Unix time / 600)."""
    found: dict[UUID, dict[int, Track]] = {}
    for account, slot, *counts in _rows(_SLOTS, accounts, now - STRIP, now):
        found.setdefault(account, {})[int(slot)] = Track(*counts)
    return found


def list_declines(accounts: Sequence[MerchantAccount], *, now: datetime, most: int = 3) -> dict[UUID, list[tuple[str, int]]]:
    """The commonest decline codes of the last hours, with their counts."""
    found: dict[UUID, list[tuple[str, int]]] = {}
    for account, code, count in _rows(_DECLINES, accounts, now - STRIP, now):
        codes = found.setdefault(account, [])
        if len(codes) < most:
            codes.append((code, count))
    return found


def list_lags(accounts: Sequence[MerchantAccount], *, now: datetime) -> dict[UUID, timedelta]:
    """How late events of the last hour came, 95 % of them, by our clock."""
    return dict(_rows(_LAGS, accounts, now - LAGS_OF, now))


def _rows(statement: str, accounts: Sequence[MerchantAccount], since: datetime, now: datetime) -> list[tuple[Any, ...]]:
    ids = [account.pk for account in accounts]
    given: dict[str, Any] = {"since": since, "now": now, "accounts": ids, "slot": SLOT.total_seconds()}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
