"""Captures paused, of a merchant account or of all our accounts at a PSP: one switch at once, audited; lifted by a second person (C17).

`captures_paused` of an account is what everyone asks: its own switch (`paused_alone`) or its PSP's. Neither lifts the other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.models import MerchantAccount, Provider
from ledger.actors import Actor
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval

KIND = "captures.resume"


def pause_captures(*, account_id: UUID, reason: str, actor: Actor, now: datetime) -> MerchantAccount:
    """No new payment and no capture goes to this account from now on."""
    return _set(account_id, is_paused=True, reason=reason, actor=actor, now=now)


def pause_provider(*, provider_id: UUID, reason: str, actor: Actor, now: datetime) -> Provider:
    """No new payment and no capture goes to any of our accounts at this PSP from now on, those made later included."""
    return _set_provider(provider_id, is_paused=True, reason=reason, actor=actor, now=now)


def request_resume(*, account_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to lift the pause of an account. Raises ApprovalRefused without a reason."""
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


def request_provider_resume(*, provider_id: UUID, reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to lift the pause of a PSP. Raises ApprovalRefused without a reason."""
    provider = Provider.objects.get(pk=provider_id)
    return request_approval(
        kind=KIND,
        payload={"provider": provider.public_id},
        summary=f"Resume captures at {provider.code.capitalize()}",
        reason=reason,
        maker=maker,
        target_kind="provider",
        target_id=provider.public_id,
        now=now,
    )


def resume_captures(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> MerchantAccount | Provider:
    """Executed by the approval."""
    if "provider" in payload:
        provider_id = from_public(payload["provider"], Provider.PREFIX)
        return _set_provider(provider_id, is_paused=False, reason=request.reason, actor=actor, now=now)
    account_id = from_public(payload["merchant_account"], MerchantAccount.PREFIX)
    return _set(account_id, is_paused=False, reason=request.reason, actor=actor, now=now)


def _set(account_id: UUID, *, is_paused: bool, reason: str, actor: Actor, now: datetime) -> MerchantAccount:
    with transaction.atomic():
        code = MerchantAccount.objects.values_list("provider", flat=True).get(pk=account_id)
        provider = Provider.objects.select_for_update().filter(code=code).first()
        account = MerchantAccount.objects.select_for_update().get(pk=account_id)
        account.paused_alone = is_paused
        account.captures_paused = is_paused or (provider is not None and provider.captures_paused)
        account.save(update_fields=["paused_alone", "captures_paused"])
        _audit(account, "merchant_account", is_paused=is_paused, reason=reason, actor=actor, now=now)
    return account


def _set_provider(provider_id: UUID, *, is_paused: bool, reason: str, actor: Actor, now: datetime) -> Provider:
    with transaction.atomic():
        provider = Provider.objects.select_for_update().get(pk=provider_id)
        provider.captures_paused = is_paused
        provider.save(update_fields=["captures_paused"])
        for account in MerchantAccount.objects.select_for_update().filter(provider=provider.code).order_by("pk"):
            account.captures_paused = is_paused or account.paused_alone
            account.save(update_fields=["captures_paused"])
        _audit(provider, "provider", is_paused=is_paused, reason=reason, actor=actor, now=now)
    return provider


def _audit(paused: MerchantAccount | Provider, kind: str, *, is_paused: bool, reason: str, actor: Actor, now: datetime) -> None:
    record_audit(
        act="captures.paused" if is_paused else "captures.resumed",
        actor=actor,
        target_kind=kind,
        target_id=paused.public_id,
        detail={"code": paused.code},
        reason=reason,
        now=now,
    )
