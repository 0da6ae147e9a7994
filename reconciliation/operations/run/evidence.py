"""First, evidence (POSTINGS.md 3.5): a line proves a state that we do not hold, the PSP confirms it, the platform's own event posts."""

from typing import Any

import structlog

from cashier.operations.calls import lookup
from cashier.operations.movements import confirm_movement
from cashier.psp.base import LookupResult, PspFailure
from cashier.secrets import MissingSecret
from reconciliation.matching.facts import Confirmation
from reconciliation.models import LookupAnswer
from reconciliation.operations.cases import ENGINE
from reconciliation.operations.run.context import MerchantRun

log = structlog.get_logger(__name__)
BOOKED = frozenset(
    {"credited", "late_money", "duplicate_capture", "amount_differs", "processed", "reversed", "settled", "returned", "already"}
)
# Outcomes after which the cashier itself has raised the case.
TOLD_BY_CASHIER = frozenset({"late_money", "duplicate_capture", "amount_differs"})

# A capture that the PSP had confirmed, by what it says of it now: whose case it is.
TAKEN_BACK = {"FAILED": "CAPTURE_FAILED_AFTER_CREDIT", "RETURNED": "DEPOSIT_RETURNED"}


def confirm(step: MerchantRun, ask: Confirmation, *, noted: dict[str, Any]) -> str:
    """Ask the PSP once per run, and let what it confirms be booked by the normal path. Must be called with no transaction open.

    (1) note why it is asked, for a run that is killed before it could raise the case; (2) ask, and book; (3) store the answer.
    Gives confirm_movement's outcome. The answer is stored with the run and used again by a rerun (R9); no answer is asked for again.
    """
    reference = f"{ask.kind}:{ask.merchant_reference}:{ask.psp_reference}"[:120]
    stored = LookupAnswer.objects.filter(run=step.run, reference=reference).first()
    if stored is not None and stored.is_known and stored.answer:
        return str(stored.answer["outcome"])
    _keep(step, reference, False, {"noted": noted})
    try:
        outcome = confirm_movement(
            kind=ask.kind,  # type: ignore[arg-type]
            merchant_reference=ask.merchant_reference,
            psp_reference=ask.psp_reference,
            now=step.now,
            actor=ENGINE,
        )
    except MissingSecret as missing:
        outcome = _cannot_ask(step, missing)
    _keep(step, reference, outcome != "unavailable", {"outcome": outcome, "noted": noted})
    return outcome


def ask_payment(step: MerchantRun, merchant_reference: str) -> dict[str, Any] | None:
    """What the PSP knows of a payment, None where it knows nothing or can't be asked. Stored as `confirm`.

    {"state", "captures": [ids that stand], "taken_back": {id: [reason code, when]}}
    """
    reference = f"lookup:{merchant_reference}"
    stored = LookupAnswer.objects.filter(run=step.run, reference=reference).first()
    if stored is not None and stored.is_known:
        return stored.answer
    try:
        found = lookup(step.account, merchant_reference=merchant_reference)
    except (PspFailure, MissingSecret) as failure:
        if isinstance(failure, MissingSecret):
            _cannot_ask(step, failure)
        _keep(step, reference, False, None)
        return None
    answer = _described(found) if found else None
    _keep(step, reference, True, answer)
    return answer


def _cannot_ask(step: MerchantRun, missing: MissingSecret) -> str:
    """An account whose key was taken away (closed at its PSP, say) still gets reports, and they are still proved: who can't be asked has
    not answered."""
    log.error("psp can't be asked", account=step.account.code, reason=str(missing))
    return "unavailable"


def _described(found: LookupResult) -> dict[str, Any]:
    captures = [movement.object_ref for movement in found.captures if movement.state == "SUCCEEDED"]
    gone = [movement for movement in found.captures if movement.state in TAKEN_BACK]
    return {
        "kind": found.kind, "state": found.state, "psp_reference": found.psp_ref, "captures": captures,
        "taken_back": {movement.object_ref: [TAKEN_BACK[movement.state], movement.occurred_at.isoformat()] for movement in gone},
    }  # fmt: skip


def _keep(step: MerchantRun, reference: str, is_known: bool, answer: dict[str, Any] | None) -> None:
    values = {"is_known": is_known, "answer": answer, "asked_at": step.now}
    LookupAnswer.objects.update_or_create(run=step.run, reference=reference, defaults=values)
