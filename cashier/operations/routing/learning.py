"""What routing learns, refreshed from time to time (C10): tallies of segments, fees by settlement lines, arms that lose."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from cashier.models import RoutingFee, RoutingTally, SplitStop
from cashier.queries.routing import active_rules, policy_of, split_results
from cashier.queries.routing.accounts import WINDOW, forget_tracks
from cashier.routing.splits import is_losing
from ledger.actors import system_actor
from ledger.notices import tell
from ledger.operations import record_audit

LEARNER = system_actor("routing")
AGAIN = timedelta(hours=3)  # answers come late: hours this young are summed again
FEE_WINDOW = timedelta(days=30)

# A challenge that is not over says nothing yet; one whose attempt took money succeeded.
_TALLY = """
INSERT INTO cashier_routing_tally (merchant_account_id, method, currency, scheme, hour, tries, successes)
SELECT a.merchant_account_id, i.method, a.currency, coalesce(a.card ->> 'scheme', ''), date_trunc('hour', a.created_at), count(*),
       count(*) FILTER (WHERE a.outcome IN ('APPROVED', 'CAPTURED', 'PENDING') OR c.attempt_id IS NOT NULL)
  FROM cashier_attempt a JOIN cashier_deposit_intent i ON i.id = a.intent_id
  LEFT JOIN LATERAL (SELECT attempt_id FROM cashier_capture WHERE attempt_id = a.id AND state = 'SUCCEEDED' LIMIT 1) c ON true
 WHERE a.created_at >= %s AND a.outcome <> '' AND (a.outcome <> 'ACTION_REQUIRED' OR c.attempt_id IS NOT NULL)
 GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (merchant_account_id, hour, method, currency, scheme)
DO UPDATE SET tries = excluded.tries, successes = excluded.successes
        WHERE (cashier_routing_tally.tries, cashier_routing_tally.successes) <> (excluded.tries, excluded.successes)
"""


def refresh_tallies(*, now: datetime) -> int:
    """Sum the young hours anew, or the whole window where nothing was summed for long; forget what left it. Returns the rows changed."""
    newest = RoutingTally.objects.order_by("-hour").values_list("hour", flat=True).first()
    oldest = (now - WINDOW).replace(minute=0, second=0, microsecond=0)
    since = max(oldest, min(now, newest or oldest) - AGAIN).replace(minute=0, second=0, microsecond=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('routing:tallies', 0))")
        cursor.execute(_TALLY, [since])
        changed = int(cursor.rowcount)
        RoutingTally.objects.filter(hour__lt=oldest).delete()
    forget_tracks()
    return changed


def learn_fees(*, now: datetime) -> int:
    """Ask reconciliation what sales cost by their settlement lines over the last month, and keep it. Returns how many are known."""
    rows: Iterable[dict[str, Any]] = tell("routing.fees", since=now - FEE_WINDOW) or ()
    learned = [RoutingFee(learned_at=now, **row) for row in rows]
    with transaction.atomic():
        RoutingFee.objects.all().delete()
        RoutingFee.objects.bulk_create(learned)
    forget_tracks()
    return len(learned)


def stop_losing_arms(*, now: datetime) -> list[str]:
    """Stop arm B of every split test of the active rules that its guardrail says is losing; each is written once, and audited."""
    rules = active_rules()
    if rules is None:
        return []
    policy = policy_of(rules)
    results = split_results(rules, [split.name for split in policy.splits])
    losing = [split for split in policy.splits if is_losing(split, results[split.name].a, results[split.name].b)]
    stopped = []
    for split in losing:
        a, b = results[split.name].a, results[split.name].b
        with transaction.atomic():
            figures = {"a_tries": a.tries, "a_successes": a.successes, "b_tries": b.tries, "b_successes": b.successes}
            _, is_new = SplitStop.objects.get_or_create(rules=rules, split=split.name, defaults={**figures, "stopped_at": now})
            if is_new:
                record_audit(
                    act="routing.split_stopped", actor=LEARNER, target_kind="RoutingRules", target_id=rules.public_id,
                    detail={"split": split.name, **figures}, reason="the guardrail: arm B was losing", now=now,
                )  # fmt: skip
                stopped.append(split.name)
    return stopped
