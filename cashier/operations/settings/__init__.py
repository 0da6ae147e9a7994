"""Settings of the cashier that change under four eyes (S1): accounts and routes, fees, amounts of review, a player's limits,
endpoints of outgoing webhooks, retry caps, licences, how payers are compared."""

from datetime import datetime
from typing import Any

from cashier.operations.settings.accounts import BANK_DETAILS, CALL_GUARDS, FEES, MERCHANT_ACCOUNT, ROUTE
from cashier.operations.settings.limits import LIMIT, propose_limit, require_cooled_off
from cashier.operations.settings.outgoing import OUTGOING_ENDPOINT
from cashier.operations.settings.policies import PAYOUT_POLICY
from cashier.operations.settings.routing import ACCOUNT_LICENCES, BRAND_LICENCES, PAYER_POLICY, RETRY_CAP
from ledger.actors import Actor
from ledger.models import ApprovalRequest
from ledger.operations.settings_changes import execute_change, look_at_change
from ledger.outbox import publish

_ALL = (
    MERCHANT_ACCOUNT, CALL_GUARDS, FEES, ROUTE, BANK_DETAILS, PAYOUT_POLICY, LIMIT, OUTGOING_ENDPOINT, RETRY_CAP, BRAND_LICENCES,
    ACCOUNT_LICENCES, PAYER_POLICY,
)  # fmt: skip
SETTINGS = {row.kind: row for row in _ALL}


def execute_setting(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do an approved change. Raises ApprovalRefused where the row changed since, or the change can't stand by now."""
    if request.kind == LIMIT.kind:
        require_cooled_off(request, now=now)
    changed = execute_change(SETTINGS[request.kind], payload=payload, request=request, actor=actor, now=now)
    if request.kind == LIMIT.kind:
        publish(changed, "player.limits_changed", now=now)


def look_at_setting(payload: dict[str, Any]) -> dict[str, str]:
    """What the fields say now."""
    return look_at_change(SETTINGS[payload["what"]], payload)


__all__ = [
    "ACCOUNT_LICENCES",
    "BANK_DETAILS",
    "BRAND_LICENCES",
    "CALL_GUARDS",
    "FEES",
    "LIMIT",
    "MERCHANT_ACCOUNT",
    "OUTGOING_ENDPOINT",
    "PAYER_POLICY",
    "PAYOUT_POLICY",
    "RETRY_CAP",
    "ROUTE",
    "SETTINGS",
    "execute_setting",
    "look_at_setting",
    "propose_limit",
]
