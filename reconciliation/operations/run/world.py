"""Our side of a set of unpaired lines, read in a few queries whatever their number."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from cashier.models import Attempt, Capture, DepositIntent, PayoutIntent, Refund
from ledger.ids import to_public
from reconciliation.matching.facts import CaptureFacts, IntentFacts, LineFacts, MovementFacts, World

_HELD = (Capture.State.SUCCEEDED, Capture.State.FAILED_LATE, Capture.State.RETURNED)


def read_world(account_id: UUID, lines: Sequence[LineFacts]) -> World:
    """Everything of ours that these lines name, by our ids and by the PSP's."""
    captures_named = {line.object_id for line in lines if line.object_kind == "cap" and line.object_id}
    intent_of_capture = dict(Capture.objects.filter(pk__in=captures_named).values_list("pk", "intent_id"))
    wanted = {line.reference_id for line in lines if line.reference_kind == "pi" and line.reference_id}
    wanted |= set(intent_of_capture.values())
    refunds = _refunds(account_id, lines)
    return World(
        account_id=account_id,
        intents=_intents(wanted),
        intent_of_capture=intent_of_capture,
        refunds={refund.id: refund for refund in refunds},
        refunds_by_psp={refund.psp_ref: refund for refund in refunds if refund.psp_ref and refund.account_id == account_id},
        payouts=_payouts(lines),
    )


def _intents(wanted: set[UUID]) -> dict[UUID, IntentFacts]:
    accounts: dict[UUID, set[UUID]] = defaultdict(set)
    for intent_id, account_id in Attempt.objects.filter(intent_id__in=wanted).values_list("intent_id", "merchant_account_id"):
        accounts[intent_id].add(account_id)
    captures: dict[UUID, list[CaptureFacts]] = defaultdict(list)
    for capture in Capture.objects.filter(intent_id__in=wanted).select_related("attempt").order_by("created_at", "pk"):
        captures[capture.intent_id].append(
            CaptureFacts(
                capture.pk,
                capture.public_id,
                capture.merchant_account_id,
                capture.psp_ref,
                capture.state in _HELD,
                capture.amount_minor,
                capture.attempt.psp_ref,
            )  # fmt: skip
        )
    return {
        intent.pk: IntentFacts(
            id=intent.pk,
            public_id=intent.public_id,
            player_id=to_public("pl_", intent.player_id),
            state=str(intent.state),
            has_ended=intent.is_ended,
            currency=intent.currency,
            account_ids=frozenset(accounts[intent.pk]),
            captures=tuple(captures[intent.pk]),
        )
        for intent in DepositIntent.objects.filter(pk__in=wanted)
    }


def _refunds(account_id: UUID, lines: Sequence[LineFacts]) -> list[MovementFacts]:
    ours = {line.object_id for line in lines if line.object_kind == "rf" and line.object_id}
    theirs = {line.object_reference for line in lines if line.kind in ("refund", "reversal") and line.object_reference}
    found = Refund.objects.filter(pk__in=ours) | Refund.objects.filter(merchant_account_id=account_id, psp_ref__in=theirs)
    rows = found.select_related("capture__intent")
    return [
        MovementFacts(
            id=row.pk,
            public_id=row.public_id,
            player_id=to_public("pl_", row.capture.intent.player_id),
            state=str(row.state),
            currency=row.currency,
            account_id=row.merchant_account_id,
            psp_ref=row.psp_ref,
            amount_minor=row.amount_minor,
        )
        for row in rows
    ]


def _payouts(lines: Sequence[LineFacts]) -> dict[UUID, MovementFacts]:
    wanted = {line.reference_id for line in lines if line.reference_kind == "po" and line.reference_id}
    return {
        row.pk: MovementFacts(
            id=row.pk,
            public_id=row.public_id,
            player_id=to_public("pl_", row.player_id),
            state=str(row.state),
            currency=row.currency,
            account_id=row.merchant_account_id,
            psp_ref=row.psp_ref,
            amount_minor=row.amount_minor,
        )
        for row in PayoutIntent.objects.filter(pk__in=wanted)
    }
