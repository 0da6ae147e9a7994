"""What a player's browser brings back from a challenge, handed on to the provider (C13).

Most providers end a challenge themselves: then they are asked. Some authorise only when we hand on what the browser brought
(`completes_challenge` false in the capability matrix): then the same attempt is called once more, under a key of its own, by
the same path as any call (C8), so that a lost answer is fetched and nothing is charged twice.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from cashier.locks import lock_intent
from cashier.models import Attempt
from cashier.nudges import nudge
from cashier.operations.calls import ready
from cashier.operations.offers import offers
from cashier.psp.base import Adapter, CompleteRequest, Credentials, PspResult
from cashier.refusals import NotInThisState

RETURNED = "returned"  # in the attempt's `device`: what the browser brought back
CALL_TASK = "cashier.tasks.psp.authorize"
ASK_TASK = "cashier.tasks.psp.resolve_intent"


def begin_completion(*, intent_id: UUID, details: Mapping[str, str], now: datetime) -> Attempt:
    """Record what came back, and nudge a worker to hand it on, or to ask the PSP. Told twice, it changes nothing twice.

    Also for a deposit that has ended meanwhile: its money, if it comes, is late money (C2). Raises NotInThisState.
    """
    with transaction.atomic():
        intent = lock_intent(intent_id)
        attempt = intent.attempts.select_related("merchant_account").order_by("-number").first()
        if attempt is None or (attempt.outcome != "ACTION_REQUIRED" and RETURNED not in attempt.device):
            raise NotInThisState(state=str(intent.state))
        if offers(attempt.merchant_account, "completes_challenge"):
            nudge(ASK_TASK, call_id=intent.pk)
        elif RETURNED not in attempt.device:
            attempt.device = {**attempt.device, RETURNED: dict(details)}
            ready(attempt)
            attempt.updated_at = now
            attempt.save(update_fields=["device", "call_state", "next_try_at", "nudged_at", "updated_at"])
            nudge(CALL_TASK, call_id=attempt.pk)
    return attempt


def send_completion(adapter: Adapter, credentials: Credentials, attempt: Attempt) -> PspResult:
    request = CompleteRequest(
        idempotency_key=f"{attempt.idempotency_key}.complete",
        psp_ref=attempt.psp_ref,
        merchant_reference=attempt.intent.public_id,
        amount_minor=attempt.amount_minor,
        currency=attempt.currency,
        details=attempt.device[RETURNED],
        capture=attempt.capture_mode,
        trace_id=attempt.trace_id,
    )
    return adapter.complete(credentials, request)
