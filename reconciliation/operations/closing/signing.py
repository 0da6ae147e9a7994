"""What two people decide about a day: its signature, an override of a check, its reopening (D2, D3, S1)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.ids import from_public
from ledger.models import ApprovalRequest, JournalTransaction, User
from ledger.operations import get_chain_head, open_to_postings, record_audit, request_approval
from ledger.transitions import move
from reconciliation.models import CloseSnapshot, CloseState, DailyClose
from reconciliation.operations.closing.days import fall_back, lock_close, missing_of, taken_checklist
from reconciliation.operations.closing.refusals import CloseNotReady, CloseStateConflict, NotACheck
from reconciliation.queries.totals import day_totals

MANUAL_KINDS = ("ledger.adjustment", "ledger.write_off", "ledger.reversal", "case.disposition")


def request_override(*, close_id: UUID, name: str, reason: str, actor: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to let a missing item pass; it shows for ever. Raises NotACheck, CloseStateConflict, ApprovalRefused."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state != CloseState.OPEN:
            raise CloseStateConflict("Only an open day's check can be overridden.", state=str(close.state))
        item = next((row for row in taken_checklist(close, now) if row["name"] == name and not row["ok"]), None)
        if item is None:
            raise NotACheck(f"{name!r} is no missing item of this day.", field="name", rule="missing_item")
        payload = {"close": close.public_id, "name": name, "missing": item["missing"]}
        return request_approval(
            kind="close.override",
            payload=payload,
            summary=f"Override “{item['title']}” for {close.business_date}",
            reason=reason,
            maker=actor,
            entity_id=close.entity_id,
            target_kind="DailyClose",
            target_id=close.public_id,
            now=now,
        )


def execute_override(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Note the override on the close, with reason and both people."""
    close = lock_close(from_public(payload["close"], "close_"))
    if close.state != CloseState.OPEN:
        raise CloseStateConflict("The day is not open any more.", state=str(close.state))
    row = {
        "name": payload["name"],
        "missing": payload["missing"],
        "reason": request.reason,
        "approval_id": request.public_id,
        "asked_by": request.maker_id,
        "approved_by": actor.id,
        "at": now.isoformat(),
    }
    close.overrides = [*close.overrides, row]
    close.checklist = taken_checklist(close, now)
    close.updated_at = now
    close.save(update_fields=["overrides", "checklist", "updated_at"])


def request_reopen(*, close_id: UUID, reason: str, actor: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to reopen a signed day; both versions are kept. Raises CloseStateConflict, ApprovalRefused."""
    with transaction.atomic():
        close = lock_close(close_id)
        if close.state != CloseState.SIGNED_OFF or close.reopened_at is not None:
            raise CloseStateConflict("Only a signed day can be reopened, once.", state=str(close.state))
        return request_approval(
            kind="close.reopen",
            payload={"close": close.public_id},
            summary=f"Reopen {close.business_date} of {close.entity.name}",
            reason=reason,
            maker=actor,
            entity_id=close.entity_id,
            target_kind="DailyClose",
            target_id=close.public_id,
            now=now,
        )


def execute_reopen(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """The signed version stays as it is; the next one begins OPEN and the day takes postings again."""
    close = lock_close(from_public(payload["close"], "close_"))
    if close.reopened_at is not None:
        raise CloseStateConflict("The day was reopened already.")
    close.reopened_at = close.updated_at = now
    close.save(update_fields=["reopened_at", "updated_at"])
    DailyClose.objects.create(
        entity=close.entity,
        business_date=close.business_date,
        version=close.version + 1,
        zone=close.zone,
        cutoff=close.cutoff,
        created_at=now,
        updated_at=now,
    )
    open_to_postings(entity_id=close.entity_id, day=close.business_date, actor=actor, now=now)


def check_signer(*, request: ApprovalRequest, checker: User) -> None:
    """The signer neither made nor approved a manual act on money of that day (D3). Raises ApprovalRefused."""
    close = DailyClose.objects.select_related("entity").get(pk=from_public(request.payload["close"], "close_"))
    acts = ApprovalRequest.objects.filter(kind__in=MANUAL_KINDS, state="APPROVED", entity_id=close.entity_id)
    of_day = acts.filter(pk__in=_acts_posted_into(close))
    if of_day.filter(maker_kind="user", maker_id=str(checker.pk)).exists() or of_day.filter(decisions__checker=checker).exists():
        raise ApprovalRefused("Who made or approved an adjustment of this day can't sign it.")


def execute_sign_off(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Sign: the checklist still holds, the totals are those that were prepared; then freeze them (D3, D4).

    Raises CloseNotReady where something changed since: nothing is decided, and the day must be prepared again.
    """
    close = lock_close(from_public(payload["close"], "close_"))
    if close.state != CloseState.PREPARED or close.approval_id != request.pk:
        raise CloseStateConflict("The day is not prepared any more.", state=str(close.state))
    missing = missing_of(taken_checklist(close, now))
    totals = day_totals(close.entity, close.business_date)
    if missing or _frozen(totals) != _frozen(payload["totals"]):
        raise CloseNotReady(
            "Something changed since the day was prepared. Reject it, and prepare it again.", missing=missing or ["totals changed"]
        )
    _freeze(close, totals, now)
    close.signed_at, close.signer = now, User.objects.get(pk=actor.id)
    move(close, "sign_off", actor=actor, now=now, event="close.signed_off", extra_fields=["signed_at", "signer"])
    detail = {
        "business_date": close.business_date.isoformat(),
        "version": close.version,
        "totals_sha256": sha256_hex(canonical_json(totals)),
    }
    record_audit(
        act="close.signed_off", actor=actor, target_kind="DailyClose", target_id=close.public_id, detail=detail, reason="", now=now
    )


def drop_sign_off(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Rejected, withdrawn or expired: the day is open again."""
    close = lock_close(from_public(payload["close"], "close_"))
    if close.state == CloseState.PREPARED and close.approval_id == request.pk:
        fall_back(close_id=close.pk, actor=actor, now=now, why=f"sign-off {str(request.state).lower()}")


def _frozen(totals: dict[str, Any]) -> str:
    """What must not have changed: all but the states of cases, which people may work on meanwhile."""
    return canonical_json({name: value for name, value in totals.items() if name != "cases"})


def _freeze(close: DailyClose, totals: dict[str, Any], now: datetime) -> CloseSnapshot:
    head = get_chain_head()
    journal = totals["journal"]
    return CloseSnapshot.objects.create(
        close=close,
        taken_at=now,
        totals=totals,
        manifest={"files": totals["files"], "checklist": close.checklist, "overrides": close.overrides},
        first_txn=journal["first"],
        last_txn=journal["last"],
        audit_head=head.chain_hash,
        sha256=sha256_hex(canonical_json(totals)),
    )


def _acts_posted_into(close: DailyClose) -> list[UUID]:
    """Approval requests whose postings (key "approval:ap_…") stand in the day."""
    keys = JournalTransaction.objects.filter(
        entity=close.entity, business_date=close.business_date, posting_key__startswith="approval:ap_"
    ).values_list("posting_key", flat=True)
    return [from_public(key.split(":")[1], "ap_") for key in keys]
