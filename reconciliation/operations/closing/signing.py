"""The signature of a prepared day: by another person, over what was prepared, frozen (D3, D4, S1)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ledger.actors import Actor
from ledger.canonical import canonical_json, sha256_hex
from ledger.errors import ApprovalRefused
from ledger.ids import from_public
from ledger.models import ApprovalRequest, User
from ledger.operations import bind_to_head
from ledger.operations.audit_heads import BoundHead
from ledger.transitions import move
from reconciliation.models import CloseSnapshot, CloseState, DailyClose
from reconciliation.operations.closing.days import audit_close, lock_close, missing_of, require_order, taken_checklist
from reconciliation.operations.closing.freezing import require_parts, sign_bundle
from reconciliation.operations.closing.refusals import CloseNotReady, CloseStateConflict
from reconciliation.queries.manual_acts import has_acted_on
from reconciliation.queries.totals import changed_since, day_totals
from reconciliation.sealed_days import statement_of


def check_signer(*, request: ApprovalRequest, checker: User) -> None:
    """The signer neither prepared the day nor made or approved an act by hand on money of it (D3). Raises ApprovalRefused."""
    close = DailyClose.objects.select_related("entity").get(pk=from_public(request.payload["close"], DailyClose.PREFIX))
    if close.preparer_id == checker.pk:
        raise ApprovalRefused("Who prepared a day can't sign it.")
    if has_acted_on(checker, close.entity, close.business_date):
        raise ApprovalRefused("Who made or approved an adjustment of this day can't sign it.")


def execute_sign_off(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Sign: days are in order, the checklist still holds, the totals are those that were prepared; then freeze them (D3, D4).

    Raises CloseStateConflict, CloseNotReady where something changed since: nothing is decided then, and the day falls back to OPEN
    at the next look of `return_changed_closes`.
    """
    close = lock_close(from_public(payload["close"], DailyClose.PREFIX))
    if close.state != CloseState.PREPARED or close.approval_id != request.pk:
        raise CloseStateConflict("The day is not prepared any more.", state=str(close.state))
    require_order(close)
    items = taken_checklist(close, now)
    totals = day_totals(close.entity, close.business_date)
    changed = missing_of(items) or [f"{name} changed" for name in changed_since(payload["totals"], totals)]
    if changed:
        raise CloseNotReady("Something changed since the day was prepared. Send it back, and prepare it again.", missing=changed)
    close.checklist, close.signed_at, close.signer = items, now, User.objects.get(pk=actor.id)
    require_parts(payload["parts"])
    snapshot = _freeze(close, payload, totals, request, now)
    move(close, "sign_off", actor=actor, now=now, event="close.signed_off", extra_fields=["signed_at", "signer", "checklist"])
    audit_close("close.signed_off", close, actor, now, reason=request.reason, totals_sha256=snapshot.sha256)


def _freeze(close: DailyClose, payload: dict[str, Any], totals: dict[str, Any], request: ApprovalRequest, now: datetime) -> CloseSnapshot:
    """The totals that were prepared, bound to the head of the audit chain (S5), and the bundle of files, both signed by the house.

    Cases that were only taken into work since stand as they were prepared, as in the files.
    """
    journal, digest = totals["journal"], sha256_hex(canonical_json(payload["totals"]))
    head = _bind(close, digest, now)
    bundle, signature = sign_bundle(close, payload, head=head, totals_sha256=digest, approval=request.public_id)
    return CloseSnapshot.objects.create(
        close=close, taken_at=now, totals=payload["totals"], manifest={**_manifest(close, totals, request), "bundle": bundle},
        sha256=digest, signature=signature,
        first_txn=journal["first"], last_txn=journal["last"], audit_head=head.chain_hash, audit_position=head.position,
        audit_key_id=head.key_id, audit_signature=head.signature,
    )  # fmt: skip


def _bind(close: DailyClose, totals_sha256: str, now: datetime) -> BoundHead:
    try:
        return bind_to_head(about=statement_of(close, totals_sha256), now=now)
    except ImproperlyConfigured as error:
        raise CloseNotReady("No key to sign with: a day is not closed without its signature.", missing=[str(error)]) from error


def _manifest(close: DailyClose, totals: dict[str, Any], request: ApprovalRequest) -> dict[str, Any]:
    """What the totals rest on, and who answers for them."""
    return {
        "files": totals["files"],
        "checklist": close.checklist,
        "overrides": close.overrides,
        "version": close.version,
        "zone": close.zone,
        "cutoff": close.cutoff.isoformat(),
        "prepared_by": str(close.preparer_id),
        "signed_by": str(close.signer_id),
        "approval_id": request.public_id,
    }
