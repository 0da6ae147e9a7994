"""Dead letters put back to work by people (W5): one by whoever may, several with a second person's consent (S1).

What is replayed is applied as any event: nothing is credited on its word. Several at once are another matter than one: a cause that
was not mended is met a hundred times.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_event_work
from cashier.models import DepositIntent, PayoutIntent, PspEvent, PspEventWork
from cashier.nudges import nudge
from cashier.operations.apply import note_try
from cashier.operations.correlation import own_reference
from cashier.operations.receive import TASK
from cashier.refusals import NotInThisState
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval

KIND = "events.replay"
MOST = 200
S = PspEventWork.State


def replay_event(*, event_id: UUID, reason: str, actor: Actor, now: datetime) -> PspEventWork:
    """Put a dead letter back to work: an explicit, audited act of a person who may (W5). Raises NotInThisState for one that is not dead.

    The permission (cashier.replay_events) is checked by whoever offers the button.
    """
    with transaction.atomic():
        work = lock_event_work(event_id)
        event = PspEvent.objects.get(pk=event_id)
        _require_dead(event, work)
        note_try(work, "replayed")
        work.state, work.tries, work.replays, work.next_try_at = S.RECEIVED, 0, work.replays + 1, real_now()
        work.save(update_fields=["state", "tries", "replays", "next_try_at", "log"])
        detail = {"event": event.event, "error": work.error[:200]}
        record_audit(
            act="event.replayed", actor=actor, target_kind="event", target_id=event.public_id, detail=detail, reason=reason, now=now
        )
        nudge(TASK, event_id=event_id)
    return work


def request_replay(*, event_ids: Sequence[UUID], reason: str, maker: Actor, now: datetime) -> ApprovalRequest:
    """Ask a second person to put these dead letters back to work, all or none.

    Raises NotInThisState (none or more than MOST, one that is not dead, or that waits for a second person already), ApprovalRefused.
    """
    chosen = sorted(set(event_ids))
    if not 0 < len(chosen) <= MOST:
        raise NotInThisState(f"Choose 1 to {MOST} dead letters.", state="")
    with transaction.atomic():
        events = [_dead_letter(event_id) for event_id in chosen]
        _require_not_asked(events, now)
        entities = {event.merchant_account.entity_id for event in events}
        return request_approval(
            kind=KIND, payload={"events": [_frozen(event) for event in events]}, summary=f"Replay {len(events)} dead letters",
            reason=reason, maker=maker, entity_id=entities.pop() if len(entities) == 1 else None,
            target_kind="event", target_id=events[0].public_id, now=now,
        )  # fmt: skip


def execute_replay(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Executed by the approval, in the maker's name. Raises NotInThisState where one was replayed meanwhile: nothing is decided then."""
    maker = Actor(request.maker_kind, request.maker_id)
    for each in payload["events"]:
        event_id = from_public(each["event"], PspEvent.PREFIX)
        if lock_event_work(event_id).replays != each["replays"]:
            raise NotInThisState(f"{each['event']} was replayed since this was asked. Reject it and ask again.", state="")
        replay_event(event_id=event_id, reason=request.reason, actor=maker, now=now)


def look_at_replay(payload: dict[str, Any]) -> dict[str, str]:
    """Each dead letter as it stands: its state and what it failed of."""
    keys = [from_public(each["event"], PspEvent.PREFIX) for each in payload["events"]]
    works = PspEventWork.objects.filter(pk__in=keys).select_related("event").order_by("pk")
    return {_short_name(work.event): f"{str(work.state).lower()}: {work.error[:120] or 'no error is kept'}" for work in works}


def _short_name(event: PspEvent) -> str:
    """ "payment.captured …8x2k4q": as much of its id as tells it from its neighbours and leaves room on a phone."""
    return f"{event.event} …{event.public_id[-8:]}"


def _dead_letter(event_id: UUID) -> PspEvent:
    work = lock_event_work(event_id)
    event = PspEvent.objects.select_related("merchant_account").get(pk=event_id)
    event.work = work
    _require_dead(event, work)
    return event


def _require_dead(event: PspEvent, work: PspEventWork) -> None:
    if work.state != S.DEAD or event.event == "unreadable":
        raise NotInThisState("Only a readable dead letter can be replayed.", state=str(work.state))


def _require_not_asked(events: list[PspEvent], now: datetime) -> None:
    """Two requests for one event can't both be executed; the second is refused when it is made, not when people have read it."""
    waiting = ApprovalRequest.objects.filter(kind=KIND, state=ApprovalRequest.State.PENDING, expires_at__gt=now)
    asked = {each["event"] for payload in waiting.values_list("payload", flat=True) for each in payload["events"]}
    for event in events:
        if event.public_id in asked:
            raise NotInThisState(f"{event.public_id} waits for a second person already.", state=S.DEAD)


def _frozen(event: PspEvent) -> dict[str, Any]:
    """What the second person is asked about; the player is named, so that nobody decides on their own account (P4)."""
    return {
        "event": event.public_id, "kind": event.event, "replays": event.work.replays, "error": event.work.error[:200],
        "player": _player_of(event),
    }  # fmt: skip


def _player_of(event: PspEvent) -> str:
    """Public id of the player of its deposit or payout; "" where it names none that we know."""
    named: tuple[tuple[Any, str], ...] = ((DepositIntent, event.intent_ref), (PayoutIntent, event.own_ref))
    for model, reference in named:
        if reference.startswith(model.PREFIX) and own_reference(reference):
            row = model.objects.select_related("player").filter(pk=model.id_of(reference)).first()
            if row is not None:
                return str(row.player.public_id)
    return ""
