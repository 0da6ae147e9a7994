"""Captures of a merchant account paused: one switch at once, audited; lifted by a second person (C17)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.models import MerchantAccount
from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval

KIND = "captures.resume"


def pause_captures(*, account_id: UUID, reason: str, actor: Actor, now: datetime) -> MerchantAccount:
    """No new payment and no capture goes to this account from now on."""
    return _set(account_id, is_paused=True, act="captures.paused", reason=reason, actor=actor, now=now)


def request_resume(*, account_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to lift the pause. Raises ApprovalRefused without a reason."""
    account = MerchantAccount.objects.get(pk=account_id)
    return request_approval(
        kind=KIND,
        payload={"merchant_account": account.public_id},
        summary=f"Resume captures on {account.code}",
        reason=reason,
        maker=maker,
        entity_id=account.entity_id,
        target_kind="merchant_account",
        target_id=account.public_id,
        now=now,
    )


def resume_captures(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> MerchantAccount:
    """Executed by the approval."""
    account_id = from_public(payload["merchant_account"], MerchantAccount.PREFIX)
    return _set(account_id, is_paused=False, act="captures.resumed", reason=request.reason, actor=actor, now=now)


def _set(account_id: UUID, *, is_paused: bool, act: str, reason: str, actor: Actor, now: datetime) -> MerchantAccount:
    with transaction.atomic():
        account = MerchantAccount.objects.select_for_update().get(pk=account_id)
        account.captures_paused = is_paused
        account.save(update_fields=["captures_paused"])
        record_audit(
            act=act,
            actor=actor,
            target_kind="merchant_account",
            target_id=account.public_id,
            detail={"code": account.code},
            reason=reason,
            now=now,
        )
    return account
