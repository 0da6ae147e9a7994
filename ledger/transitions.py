"""The only way a state changes (S8): the machine's own transition, saved, with its append-only row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import models

from ledger.actors import Actor
from ledger.models import Transition, User
from ledger.outbox import publish
from ledger.tracing import current_trace_id


def move(
    obj: models.Model, transition: str, *, actor: Actor, now: datetime, event: str = "", extra_fields: Sequence[str] = (), **kwargs: Any
) -> None:
    """Call the FSM method named `transition` on `obj` with `kwargs`, save what changed, write the Transition row (S8), publish it (A9).

    Saves the state field, `updated_at` where the model has it, and `extra_fields`. `event` names the act
    ("deposit.captured"); by default "<model>.<transition>". All in the caller's transaction.
    Raises TransitionNotAllowed where the graph has no such edge from the present state.
    """
    method = getattr(obj, transition)
    field = state_field_of(obj, transition)
    before = str(getattr(obj, field))
    method(**kwargs)
    stamped = _stamp(obj, now)
    attribute(obj, actor, event or transition)
    obj.save(update_fields=[field, *stamped, *extra_fields])
    name = event or f"{obj._meta.model_name}.{transition}"
    _row(obj, field, before, actor=actor, now=now, event=name).save()
    publish(obj, name, now=now)


def record_birth(obj: models.Model, *, actor: Actor, now: datetime, event: str, field: str = "state") -> None:
    """Write the row of the state that `obj` was made in, and publish the event (A9)."""
    birth_of(obj, actor=actor, now=now, event=event, field=field).save()
    publish(obj, event, now=now)


def birth_of(obj: models.Model, *, actor: Actor, now: datetime, event: str, field: str = "state") -> Transition:
    """The row that record_birth writes, not yet saved: for those who insert it together with the object. Nothing is published."""
    return _row(obj, field, "", actor=actor, now=now, event=event)


def state_field_of(obj: models.Model, transition: str) -> str:
    """Name of the FSM field that `transition` changes."""
    method = getattr(type(obj), transition)
    field = method._django_fsm.field
    return str(field if isinstance(field, str) else field.name)


def transition_id_of(obj: models.Model) -> UUID:
    """The id under which an object's transitions are stored: its own uuid, or its number padded into one."""
    return obj.pk if isinstance(obj.pk, UUID) else UUID(int=obj.pk)


def _stamp(obj: models.Model, now: datetime) -> list[str]:
    if not hasattr(obj, "updated_at"):
        return []
    obj.updated_at = now
    return ["updated_at"]


def attribute(obj: models.Model, actor: Actor, reason: str) -> None:
    """Name the actor and the reason in the history row that the next save of `obj` will write (S3)."""
    target = cast(Any, obj)
    target._history_user = User(pk=actor.id) if actor.kind == "user" else None
    target._change_reason = reason


def _row(obj: models.Model, field: str, before: str, *, actor: Actor, now: datetime, event: str) -> Transition:
    return Transition(
        target_kind=obj._meta.label,
        target_id=transition_id_of(obj),
        field=field,
        from_state=before,
        to_state=str(getattr(obj, field)),
        event=event,
        actor_kind=actor.kind,
        actor_id=actor.id,
        trace_id=current_trace_id(),
        at=now,
    )
