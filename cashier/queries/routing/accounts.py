"""Merchant accounts with what routing must know of them: their track, health and fees. A handful of quick queries per decision."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Q, Sum

from cashier.breakers import read_circuits
from cashier.contracts import known_cost
from cashier.models import Brand, MerchantAccount, RoutingFee, RoutingTally
from cashier.psp.capabilities import capabilities_of
from cashier.routing import Account, AccountHealth, Fees, Track
from ledger.clock import real_now

WINDOW = timedelta(days=7)
HEALTH_WINDOW = timedelta(minutes=15)
HEALTH_ROWS = 1000
ENOUGH_LINES = 50
KEPT_SECONDS, MOST_KEPT = 5.0, 1000
_tracks: dict[tuple[Any, ...], tuple[float, dict[UUID, Track]]] = {}
_fees: dict[tuple[Any, ...], tuple[float, list[RoutingFee]]] = {}

# The last answers of all accounts, from the index by time alone: bounded, however busy the site is.
_HEALTH = """
SELECT merchant_account_id, count(*), count(*) FILTER (WHERE outcome IN ('APPROVED', 'CAPTURED', 'PENDING', 'ACTION_REQUIRED')),
       percentile_disc(0.95) WITHIN GROUP (ORDER BY answered_at - sent_at)
  FROM (SELECT merchant_account_id, outcome, answered_at, sent_at FROM cashier_attempt
         WHERE sent_at > %s AND answered_at IS NOT NULL ORDER BY sent_at DESC LIMIT %s) recent
 GROUP BY merchant_account_id
"""


def routing_accounts(*, brand: Brand, method: str, currency: str, scheme: str = "", now: datetime) -> list[Account]:
    """Every account in use of the brand or its entity: those that can't take the payment are named too, with their reason."""
    return routing_values(list_candidates(brand), method=method, currency=currency, scheme=scheme, now=now)


def routing_values(
    rows: Sequence[MerchantAccount], *, method: str, currency: str, scheme: str = "", now: datetime
) -> list[Account]:  # fmt: skip
    """The same of candidates that were read already."""
    ids = [row.pk for row in rows]
    tracks = read_tracks(ids, method=method, currency=currency, scheme=scheme, now=now)
    health, fees = read_health(rows), read_fees(rows, method=method, currency=currency)
    return [as_account(row, health=health[row.pk], track=tracks.get(row.pk, Track()), fees=fees[row.pk]) for row in rows]


def list_candidates(brand: Brand) -> list[MerchantAccount]:
    """Annotated with `brand_codes`."""
    rows = MerchantAccount.objects.filter(is_active=True).filter(Q(entity_id=brand.entity_id) | Q(brands=brand))
    return list(
        MerchantAccount.objects.filter(pk__in=rows.values("pk"))
        .annotate(brand_codes=ArrayAgg("brands__code", filter=~Q(brands=None), default=[]))
        .order_by("rank", "code")
    )


def as_account(row: MerchantAccount, *, health: AccountHealth, track: Track, fees: Fees) -> Account:
    capabilities = capabilities_of(row.provider)
    lacks = {"manual_capture"} if capabilities and not capabilities.manual_capture else set()
    return Account(
        code=row.code,
        provider=row.provider,
        entity=str(row.entity_id),
        brands=frozenset(row.brand_codes),  # type: ignore[attr-defined]
        regions=frozenset(row.regions),
        currencies=frozenset(row.currencies),
        methods=_methods(row.methods, capabilities.methods if capabilities else ()),
        licences=frozenset(row.licences),
        merchant_category=row.merchant_category,
        is_active=row.is_active,
        is_paused=row.captures_paused,
        lacks=frozenset(lacks),
        rank=row.rank,
        health=health,
        track=track,
        fees=fees,
    )


def _methods(wanted: Sequence[str], offered: Sequence[str]) -> frozenset[str]:
    """What the account is for and its provider can do; a provider without a list can do all. Never empty, which would mean all."""
    if not offered or not wanted:
        return frozenset(wanted or offered)
    return frozenset(wanted) & frozenset(offered) or frozenset({"none"})


def read_tracks(ids: Sequence[UUID], *, method: str, currency: str, scheme: str, now: datetime) -> dict[UUID, Track]:
    """Tries and successes of the last seven days by account: of the segment (method, currency, scheme where it is known), and in all.

    Kept by this process for a few seconds: tallies change every quarter of a minute, and summing a busy week takes longer than all
    else in a decision.
    """
    key, at = (tuple(ids), method, currency, scheme, now.replace(minute=0, second=0, microsecond=0)), time.monotonic()
    found = _tracks.get(key)
    if found is None or found[0] < at:
        if len(_tracks) >= MOST_KEPT:
            _tracks.clear()
        found = _tracks[key] = (at + KEPT_SECONDS, sum_tracks(ids, method=method, currency=currency, scheme=scheme, now=now))
    return found[1]


def forget_tracks() -> None:
    """The tallies or the fees were made anew: read them again."""
    _tracks.clear()
    _fees.clear()


def sum_tracks(ids: Sequence[UUID], *, method: str, currency: str, scheme: str, now: datetime) -> dict[UUID, Track]:
    in_segment = Q(method=method, currency=currency) & (Q(scheme=scheme) if scheme else Q())
    rows = (
        RoutingTally.objects.filter(merchant_account__in=ids, hour__gt=now - WINDOW)
        .values_list("merchant_account")
        .annotate(
            in_tries=Sum("tries", filter=in_segment, default=0),
            in_successes=Sum("successes", filter=in_segment, default=0),
            all_tries=Sum("tries"),
            all_successes=Sum("successes"),
        )
    )
    return {pk: Track(int(tries), int(good), int(all_tries), int(all_good)) for pk, tries, good, all_tries, all_good in rows}


def read_health(rows: Sequence[MerchantAccount]) -> dict[UUID, AccountHealth]:
    """Whether each account's circuit takes calls, and how its last answers were. In real time, as calls are."""
    circuits = read_circuits(rows)
    with connection.cursor() as cursor:
        cursor.execute(_HEALTH, [real_now() - HEALTH_WINDOW, HEALTH_ROWS])
        recent = {pk: (tries, good, p95) for pk, tries, good, p95 in cursor.fetchall()}
    return {row.pk: _health(circuits[row.code].takes_calls, recent.get(row.pk)) for row in rows}


def _health(is_open: bool, recent: tuple[int, int, timedelta] | None) -> AccountHealth:
    if recent is None:
        return AccountHealth(is_open=is_open)
    tries, good, p95 = recent
    return AccountHealth(is_open, good * 1_000_000 // tries, p95 // timedelta(milliseconds=1), tries)


def read_fees(rows: Sequence[MerchantAccount], *, method: str, currency: str) -> dict[UUID, Fees]:
    """What a payment costs at each: as its settlement lines say where there are enough, else as its fee schedule does."""
    learned = _learned_fees([row.pk for row in rows], currency)
    by_account: dict[UUID, RoutingFee] = {}
    for fee in sorted(learned, key=lambda fee: fee.method == method):
        if fee.method in (method, ""):
            by_account[fee.merchant_account_id] = fee
    return {row.pk: _learned(by_account[row.pk]) if row.pk in by_account else scheduled_fees(row.fee_schedule, currency) for row in rows}


def _learned_fees(ids: Sequence[UUID], currency: str) -> list[RoutingFee]:
    """What settlement lines said; kept for a few seconds, as tracks are: they are learned anew every quarter of an hour."""
    key, at = (tuple(ids), currency), time.monotonic()
    found = _fees.get(key)
    if found is None or found[0] < at:
        if len(_fees) >= MOST_KEPT:
            _fees.clear()
        rows = RoutingFee.objects.filter(merchant_account__in=ids, currency=currency, lines__gte=ENOUGH_LINES)
        found = _fees[key] = (at + KEPT_SECONDS, list(rows))
    return found[1]


def _learned(fee: RoutingFee) -> Fees:
    share = -(-int(fee.fee_minor) * 1_000_000 // int(fee.gross_minor)) if fee.gross_minor > 0 else 0
    return Fees(max(share, 0), 0, "settlement")


NOT_OF_DEPOSITS = ("refund", "payout", "chargeback")


def scheduled_fees(schedule: Mapping[str, Any], currency: str = "") -> Fees:
    """All kinds of the schedule that a deposit costs, together; of a band its upper end. What a fixed part is of other currencies alone
    is not known: its percentage counts all the same, or an account would look as if it cost nothing."""
    kinds = [kind for kind in schedule if kind not in NOT_OF_DEPOSITS]
    terms = [term for kind in kinds if (term := known_cost(schedule, kind, currency)) is not None]
    percent = sum((term.percent_to for term in terms), Decimal(0))
    fixed = sum(term.fixed_minor for term in terms)
    return Fees(int((percent * 10_000).to_integral_value(ROUND_CEILING)), fixed)
