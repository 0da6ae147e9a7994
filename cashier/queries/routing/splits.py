"""How the arms of a split test do (C10)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from cashier.models import RoutingRules
from cashier.routing.splits import ArmResult

# First tries only: what comes after a decline says nothing of the arm.
_ARMS = """
SELECT d.split, d.arm, count(*), count(*) FILTER (WHERE a.outcome IN ('APPROVED', 'CAPTURED', 'PENDING'))
  FROM cashier_routing_decision d JOIN cashier_attempt a ON a.id = d.attempt_id
 WHERE d.split <> '' AND d.split = ANY(%s) AND d.decided_at >= %s AND d.moment = 'authorize' AND a.call_state = 'DONE'
   AND a.outcome <> 'ACTION_REQUIRED'
 GROUP BY d.split, d.arm
"""


@dataclass(frozen=True, slots=True)
class SplitResult:
    a: ArmResult
    b: ArmResult


def split_results(rules: RoutingRules, names: list[str]) -> dict[str, SplitResult]:
    """Both arms of each split of an active version, since it went live."""
    since: datetime = rules.activated_at or rules.created_at
    arms: dict[tuple[str, str], ArmResult] = {}
    if names:
        with connection.cursor() as cursor:
            cursor.execute(_ARMS, [names, since])
            arms = {(split, arm): ArmResult(tries, good) for split, arm, tries, good in cursor.fetchall()}
    return {name: SplitResult(arms.get((name, "A"), ArmResult()), arms.get((name, "B"), ArmResult())) for name in names}
