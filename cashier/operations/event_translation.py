"""What a provider's own notification means, stored as canonical events that the normal path then applies (W1)."""

import json
from datetime import datetime
from typing import Any

from cashier.models import PspEvent, PspEventWork
from cashier.nudges import nudge
from cashier.operations.correlation import complete
from cashier.operations.deliveries import scheme_of
from cashier.operations.event_values import BadEvent
from cashier.operations.receive import TASK, Letter, event_of, insert
from cashier.webhooks.canonical import UnreadableBody, read_event
from cashier.webhooks.values import NotRelevant
from ledger.clock import real_now


def translate_event(event: PspEvent, *, now: datetime) -> str:
    """Store what a notification means, in the caller's transaction; what was told before by another is not told again.

    Returns "became …", or "ignored: …". Raises NotYet (it names nothing that we know, yet), BadEvent (it can't be read, or we
    know no meaning: a dead letter, not silence).
    """
    try:
        bodies = scheme_of(event).normalise(json.loads(event.raw_body))
        told = [tell_event(event, number, complete(event, body)) for number, body in enumerate(bodies)]
    except NotRelevant as why:
        return f"ignored: not relevant: {why}"
    except UnreadableBody as error:
        raise BadEvent(str(error)) from error
    made = [each for each in told if each is not None]
    for each in made:
        nudge(TASK, event_id=each.pk)
    return f"became {', '.join(each.event for each in made)}" if made else "ignored: told before"


def tell_event(event: PspEvent, number: int, body: dict[str, Any]) -> PspEvent | None:
    """One canonical event with its work row; None where the same object was told of before. Raises UnreadableBody."""
    text = json.dumps(body).encode()
    letter = Letter(event.merchant_account, text, event.body_sha256)
    made = event_of(letter, read_event(text), now=event.received_at)
    made.via, made.source, made.trace_id = event.via, event, event.trace_id
    made.provider_event_id = event.provider_event_id
    made.identity_key = f"told:{event.public_id}:{number}"
    return insert(made, PspEventWork(event=made, next_try_at=real_now()))
