"""Four eyes (S1, L12): the one choke point. A frozen payload, a maker, other people's decisions, one execution under lock."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils.module_loading import import_string

from ledger.actors import Actor, system_actor, user_actor
from ledger.approvals import get_approval_kind
from ledger.canonical import canonical_json, sha256_hex
from ledger.duties import holds_permission, players_in, require_not_own_player, require_separate_decider
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalDecision, ApprovalRequest, LegalEntity, User
from ledger.notices import tell
from ledger.operations.audit import record_audit
from ledger.operations.people_needed import people_needed, people_today
from ledger.operations.present_state import look_at, require_seen
from ledger.transitions import attribute, move

log = structlog.get_logger(__name__)


def request_approval(
    *,
    kind: str,
    payload: dict[str, Any],
    summary: str,
    reason: str,
    maker: Actor,
    entity_id: UUID | None = None,
    amount_minor: int = 0,
    currency: str = "",
    target_kind: str = "",
    target_id: str = "",
    brand: str = "",
    player_ref: str = "",
    required: int = 1,
    now: datetime,
) -> ApprovalRequest:
    """Ask for other people's consent: the payload is frozen with its hash.

    `brand`: its code, by default the player's; `player_ref`: public id of the player it is about. `required`: people at least; the
    threshold of kind, brand and currency may ask for more. Raises ApprovalRefused (no reason, unknown kind, the maker's own player
    account).
    """
    row = get_approval_kind(kind)
    if not reason.strip():
        raise ApprovalRefused("A request for approval needs a reason.")
    if required < 1:
        raise ApprovalRefused("A request for approval needs one checker at least.")
    require_not_own_player(maker, players_in([payload, player_ref]))
    brand = brand or (tell("player.brand", player_id=player_ref) if player_ref else "") or ""
    with transaction.atomic():
        needed = people_needed(
            kind=kind, brand=brand, currency=currency, amount_minor=amount_minor, player_ref=player_ref, maker=maker, now=now
        )
        request = ApprovalRequest(
            kind=kind, payload=payload, payload_sha256=sha256_hex(canonical_json(payload)), summary=summary, reason=reason.strip(),
            maker_kind=maker.kind, maker_id=maker.id, entity=LegalEntity(pk=entity_id) if entity_id else None,
            amount_minor=amount_minor, currency=currency, target_kind=target_kind, target_id=target_id, brand=brand,
            seen=look_at(kind=kind, payload=payload, brand=brand, currency=currency), player_ref=player_ref,
            required=max(required, needed.people), rule=needed.rule[:300], requested_at=now,
            expires_at=now + timedelta(hours=row.expires_hours),
        )  # fmt: skip
        attribute(request, maker, "approval.requested")
        request.save(force_insert=True)
        _audit("approval.requested", request, maker, reason, now)
    return request


def decide(*, request_id: UUID, approve: bool, checker: User, reason: str, now: datetime, seen: str = "") -> ApprovalRequest:
    """Record one person's yes or no; with the last yes that is needed, execute the frozen payload once (S1, S8).

    (1) lock the request, (2) check state, expiry, hash, checker and role, (3) write the decision, (4) with the last yes call
    the kind's `execute` under the lock, with the first no call its `rejected`, (5) move the state. One transaction: if the
    executor raises, nothing is decided. Refusals are audited on their own. A threshold that was tightened since holds.
    `seen`: `present_state.digest_of` what the person looked at; a yes is refused where it says something else by now.
    Raises ApprovalRefused, or whatever the executor raises.
    """
    try:
        with transaction.atomic():
            _require_person(checker)
            request = ApprovalRequest.objects.select_for_update().get(pk=request_id)
            _require_may_decide(request, checker, approve, reason, now)
            if approve and seen:
                require_seen(request, seen)
            _write_decision(request, checker, approve, reason, now)
            return _conclude(request, checker, approve, reason, now)
    except Exception as error:
        _audit_refusal(request_id, checker, approve, error, now)
        raise


def withdraw_approval(*, request_id: UUID, maker: Actor, now: datetime) -> ApprovalRequest:
    """The maker takes the request back. Raises ApprovalRefused for others and for what is decided."""
    with transaction.atomic():
        request = ApprovalRequest.objects.select_for_update().get(pk=request_id)
        if (request.maker_kind, request.maker_id) != (maker.kind, maker.id):
            raise ApprovalRefused("Only who made a request may withdraw it.")
        _require_pending(request)
        _end(request, "withdraw", maker, "withdrawn by its maker", now)
    return request


def take_back_moot(*, request: ApprovalRequest, why: str, actor: Actor, now: datetime) -> None:
    """Nothing is left of what it asks for: withdrawn, with why in the log. Needs it locked and pending. Raises ApprovalRefused."""
    _require_pending(request)
    _end(request, "withdraw", actor, why, now)


def expire_approvals(*, now: datetime) -> int:
    """End requests whose time has passed; returns how many. One that can't be ended is logged, and keeps none of the others open."""
    overdue = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING, expires_at__lte=now).order_by("expires_at")
    return sum(_expire(request_id, now) for request_id in list(overdue.values_list("pk", flat=True)[:500]))


def _expire(request_id: UUID, now: datetime) -> bool:
    try:
        with transaction.atomic():
            request = ApprovalRequest.objects.select_for_update(skip_locked=True).filter(pk=request_id, state="PENDING").first()
            if request is None:
                return False
            _end(request, "expire", system_actor("approvals"), "nobody decided in time", now)
    except OperationalError:  # the database's trouble is no request's
        raise
    except Exception:
        log.exception("approval.not_expired", request=str(request_id))
        return False
    return True


def may_decide(request: ApprovalRequest, checker: User) -> bool:
    """Whether this person would be let decide: for buttons, never instead of `decide`."""
    is_maker = request.maker_kind == "user" and request.maker_id == str(checker.pk)
    return request.state == "PENDING" and not is_maker and holds_permission(checker, get_approval_kind(request.kind).permission)


def _require_person(checker: object) -> None:
    if not isinstance(checker, User):
        raise ApprovalRefused("Only a person of the staff decides: API clients and the system may ask, never approve.")


def _require_may_decide(request: ApprovalRequest, checker: User, approve: bool, reason: str, now: datetime) -> None:
    kind = get_approval_kind(request.kind)
    _require_pending(request)
    if now >= request.expires_at:
        raise ApprovalRefused("The request has expired.")
    if sha256_hex(canonical_json(request.payload)) != request.payload_sha256:
        raise ApprovalRefused("The payload is not the one that was asked for.")
    if request.maker_kind == "user" and request.maker_id == str(checker.pk):
        raise ApprovalRefused("Who made a request can't decide on it.")
    if not holds_permission(checker, kind.permission):
        raise ApprovalRefused(f"Deciding this needs the permission {kind.permission}.")
    require_separate_decider(checker, kind.permission)
    require_not_own_player(user_actor(checker), players_in([request.payload, request.player_ref]))
    if request.decisions.filter(checker=checker).exists():
        raise ApprovalRefused("This person has decided already.")
    if not approve and not reason.strip():
        raise ApprovalRefused("A rejection needs a reason.")
    if kind.check:
        import_string(kind.check)(request=request, checker=checker)


def _require_pending(request: ApprovalRequest) -> None:
    if request.state != ApprovalRequest.State.PENDING:
        raise ApprovalRefused(f"The request is {request.state} already.")


def _write_decision(request: ApprovalRequest, checker: User, approve: bool, reason: str, now: datetime) -> None:
    ApprovalDecision.objects.create(
        request=request, maker_kind=request.maker_kind, maker_id=request.maker_id, checker=checker, checker_ref=str(checker.pk),
        approve=approve, reason=reason.strip(), decided_at=now,
    )  # fmt: skip


def _conclude(request: ApprovalRequest, checker: User, approve: bool, reason: str, now: datetime) -> ApprovalRequest:
    actor = user_actor(checker)
    _audit("approval.approved" if approve else "approval.rejected", request, actor, reason, now)
    if not approve:
        _end(request, "reject", actor, reason, now)
    elif request.decisions.filter(approve=True).count() >= people_today(request):
        request.decided_at = now
        move(request, "approve", actor=actor, now=now, event="approval.approved", extra_fields=["decided_at"])
        import_string(get_approval_kind(request.kind).execute)(payload=request.payload, request=request, actor=actor, now=now)
        _audit("approval.executed", request, actor, "", now)
    return request


def _end(request: ApprovalRequest, transition: str, actor: Actor, reason: str, now: datetime) -> None:
    """End without execution, and let the kind undo what it holds for the request."""
    event = {"reject": "approval.rejected", "withdraw": "approval.withdrawn", "expire": "approval.expired"}[transition]
    request.decided_at = now
    move(request, transition, actor=actor, now=now, event=event, extra_fields=["decided_at"])
    rejected = get_approval_kind(request.kind).rejected
    if rejected:
        import_string(rejected)(payload=request.payload, request=request, actor=actor, now=now)
    if transition != "reject":
        _audit(event, request, actor, reason, now)


def _audit(act: str, request: ApprovalRequest, actor: Actor, reason: str, now: datetime) -> None:
    detail = {"kind": request.kind, "payload_sha256": request.payload_sha256, "state": str(request.state)}
    record_audit(act=act, actor=actor, target_kind="ApprovalRequest", target_id=request.public_id, detail=detail, reason=reason, now=now)


def _audit_refusal(request_id: UUID, checker: object, approve: bool, error: Exception, now: datetime) -> None:
    request = ApprovalRequest.objects.filter(pk=request_id).first()
    record_audit(
        act="approval.refused",
        actor=user_actor(checker) if isinstance(checker, User) else Actor("client", str(getattr(checker, "client_id", checker))[:128]),
        target_kind="ApprovalRequest",
        target_id=request.public_id if request else str(request_id),
        detail={"kind": request.kind if request else "", "approve": approve, "refusal": type(error).__name__},
        reason=str(error)[:500],
        now=now,
    )
