"""Where a hypothetical payment would go, in words (C10)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from cashier.models import Brand
from cashier.queries.routing.accounts import routing_accounts
from cashier.queries.routing.payments import hypothetical
from cashier.queries.routing.rules import policy_in_force
from cashier.routing import Decision, Policy, Scored, decide
from cashier.routing.reasons import words_of
from cashier.routing.wording import rule_words
from ledger.money import Asset, format_major, get_asset


def explained_route(
    *, brand: Brand, amount_minor: int, currency: str, method: str, region: str, capture: str, card: Mapping[str, str], risk_band: str,
    avs: str, cvv: str, key: str, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """The answer of POST /v1/cashier/routing/explain. Raises UnknownMethod."""
    policy, stopped = policy_in_force()
    payment = hypothetical(
        key=key, brand=brand, region=region, currency=currency, amount_minor=amount_minor, method=method, policy=policy,
        is_manual_capture=capture == "manual", card=card, risk_band=risk_band, avs=avs, cvv=cvv,
    )  # fmt: skip
    accounts = routing_accounts(brand=brand, method=method, currency=currency, scheme=payment.scheme, now=now)
    return decision_body(decide(payment, accounts, policy, stopped=stopped), policy, get_asset(currency))


def decision_body(decision: Decision, policy: Policy, asset: Asset) -> dict[str, Any]:
    return {
        "outcome": str(decision.outcome),
        "account": decision.account or None,
        "order": list(decision.order),
        "step_up": decision.step_up,
        "step_up_reason": decision.step_up_reason or None,
        "rules_version": decision.version,
        "rules_matched": [f"{number}. {rule_words(policy.rules[number - 1])}" for number in decision.rules],
        "split": decision.split or None,
        "arm": decision.arm or None,
        "explored": decision.is_explored,
        "candidates": [_candidate(row, asset) for row in decision.candidates],
    }


def _candidate(row: Scored, asset: Asset) -> dict[str, Any]:
    return {
        "account": row.code,
        "state": str(row.state),
        "reason": row.reason,
        "words": words_of(row.reason),
        "success_rate": format(Decimal(row.success_ppm).scaleb(-6).quantize(Decimal("0.0001")), "f"),
        "tries": row.tries,
        "cost": format_major(row.cost_minor, asset),
        "fees_from": row.fee_source,
        "weight_percent": row.weight_percent,
        "expected_value": format_major(row.value // 1_000_000, asset),
    }
