"""Above which amount an answer to a dispute needs a second person, changed under four eyes itself (X6, S1)."""

from datetime import datetime
from typing import Any

from disputes.models import DisputePolicy
from ledger.actors import Actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, LegalEntity
from ledger.money import get_asset
from ledger.operations.settings_changes import Changeable, Key, execute_change, fields_of, look_at_change


def _policy(key: Key, is_locked: bool) -> DisputePolicy:
    """The policy of an entity and currency; the entity's row is locked for one that does not exist yet."""
    entities = LegalEntity.objects.select_for_update(no_key=True) if is_locked else LegalEntity.objects
    entity = entities.filter(code=key["entity"]).first()
    if entity is None:
        raise ApprovalRefused(f"No legal entity is called {key['entity']}.")
    get_asset(key["currency"])
    found = DisputePolicy.objects.filter(entity=entity, currency=key["currency"]).first()
    return found or DisputePolicy(entity=entity, currency=key["currency"])


def _check(policy: DisputePolicy) -> None:
    if policy.four_eyes_above_minor is None or policy.four_eyes_above_minor < 0:
        raise ApprovalRefused("An amount of a policy is zero or more.")


DISPUTE_POLICY = Changeable(
    "dispute_policy.change", _policy, *fields_of("four_eyes_above_minor"), check=_check,
    name=lambda row: f"dispute policy of {row.entity.code} {row.currency}",
)  # fmt: skip


def execute_setting(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do an approved change. Raises ApprovalRefused where the row changed since."""
    execute_change(DISPUTE_POLICY, payload=payload, request=request, actor=actor, now=now)


def look_at_setting(payload: dict[str, Any]) -> dict[str, str]:
    """What the policy says now."""
    return look_at_change(DISPUTE_POLICY, payload)
