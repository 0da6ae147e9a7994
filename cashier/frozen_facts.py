"""What is frozen with a payment (K11): plain facts of the rows as they are, null where a check is not there. No database, no clock."""

from collections.abc import Mapping, Sequence
from typing import Any

from cashier.models import Instrument, MerchantAccount, PayoutPolicy, Player, RoutingDecision
from cashier.risk import RULE as PAYER_RULE
from ledger.canonical import canonical_json, sha256_hex
from ledger.models import ApprovalRequest

GATES_RULE = "gates@2"
Facts = dict[str, Any]


def facts_of(
    *, player: Player, gates: Mapping[str, Any] | None, instrument: Instrument | None, account: MerchantAccount | None,
    routing: RoutingDecision | None = None, policy: PayoutPolicy | None = None, approval: ApprovalRequest | None = None,
    risk_band: str = "",
) -> Facts:  # fmt: skip
    """{"player", "kyc", "limits", "instrument", "gates", "routing", "policy", "approval", "versions", …}.

    `versions` names the rule of each check that was asked, and null for lists and score, which no check of ours keeps yet.
    """
    return {
        "player": {"id": player.public_id, "state": str(player.state), "country": player.country, "is_vip": player.is_vip},
        "kyc": {"status": player.kyc_status, "level": player.kyc_level},
        "limits": dict(player.limits),
        "instrument": _instrument(instrument),
        "merchant_account": account.code if account else None,
        "gates": list(gates["gates"]) if gates else [],
        "routing": _routing(routing),
        "policy": _policy(policy),
        "approval": _approval(approval),
        "risk_band": risk_band or None,
        "versions": {
            "gates": GATES_RULE,
            "routing_rules": routing.rules_version if routing else None,
            "payer_rule": PAYER_RULE,
            "sanctions_list": None,
            "blocklist": None,
            "score": None,
        },
    }


def digest_of(facts: Facts) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return sha256_hex(canonical_json(facts))


def last_gates(records: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The newest record of what the gates said."""
    return records[-1] if records else None


def _instrument(instrument: Instrument | None) -> Facts | None:
    if instrument is None:
        return None
    verified = instrument.verified_at.isoformat() if instrument.verified_at else None
    return {"id": instrument.public_id, "method": instrument.method, "state": str(instrument.state), "verified_at": verified}


def _routing(routing: RoutingDecision | None) -> Facts | None:
    if routing is None:
        return None
    return {"decision": routing.public_id, "outcome": routing.outcome, "rules_matched": list(routing.rules_matched)}


def _policy(policy: PayoutPolicy | None) -> Facts | None:
    names = ("review_above_minor", "review_week_above_minor", "second_review_above_minor")
    return {name: int(getattr(policy, name)) for name in names} if policy else None


def _approval(approval: ApprovalRequest | None) -> Facts | None:
    if approval is None:
        return None
    checkers = sorted(str(decision.checker_id) for decision in approval.decisions.all())
    return {
        "id": approval.public_id,
        "kind": approval.kind,
        "state": str(approval.state),
        "required": approval.required,
        "checkers": checkers,
    }
