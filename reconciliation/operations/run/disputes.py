"""Chargeback lines: each is told to whoever keeps disputes, line by line, and tied to the movement that it names."""

import re
from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from cashier.models import Capture
from ledger.ids import from_public
from ledger.models import JournalTransaction
from ledger.notices import tell
from ledger.refusals import Refused
from reconciliation.matching.facts import LineFacts, World
from reconciliation.matching.judge import judge
from reconciliation.models import Match, PspLine
from reconciliation.operations.cases import ENGINE, auto_resolve_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.findings import raise_line_case
from reconciliation.operations.run.world import read_world

log = structlog.get_logger(__name__)
_OF_NONE = ("DISPUTE_CURRENCY_DIFFERS", "DISPUTE_OF_ANOTHER_PAYMENT", "DISPUTE_NOT_NAMED")
_REF = re.compile(r"^(dp_[0-9a-z]{26}):(\d+)$")


def is_dispute_line(line: LineFacts) -> bool:
    """A chargeback that took money, or one given back that brought it. What goes the other way than its word says opens no dispute: it
    would take from a player what the PSP gave."""
    if line.kind == "chargeback":
        return line.gross_minor < 0
    return line.kind == "reversal" and line.reverses == "chargeback" and line.gross_minor > 0


def pair_disputes(step: MerchantRun, lines: Sequence[LineFacts]) -> dict[int, str]:
    """Tie each chargeback line to its dispute movement; one that nobody told us of opens its dispute here (CHARGEBACK_NOT_BOOKED).

    Gives the code of each line that stays without and has its case already; the others that stay are judged as any line is.
    """
    world = read_world(step.account.pk, lines)
    named = [(line, capture_id) for line in lines if (capture_id := capture_of(line, world)) is not None]
    return {line.id: code for line, capture_id in named if (code := _pair(step, line, world, capture_id))}


def _pair(step: MerchantRun, line: LineFacts, world: World, capture_id: UUID) -> str:
    """The code of the case that was raised, as one that could not be tied; empty where it was, or where nothing was told."""
    ordinal = _ordinal(step, line)
    is_reversal = line.kind == "reversal"
    with transaction.atomic():
        try:
            with transaction.atomic():
                reference = tell(
                    "dispute.found_on_line",
                    merchant_account=step.account,
                    capture_id=capture_id,
                    provider_case_id=line.object_reference,
                    amount_minor=abs(line.gross_minor),
                    currency=line.gross_currency,
                    occurred_at=line.created_at,
                    now=step.now,
                    is_reversal=is_reversal,
                    ordinal=ordinal,
                    psp_reference=line.psp_reference,
                    actor=ENGINE,
                )
                found = _REF.match(str(reference or ""))
                if found is None:
                    return ""
                _match(step, line, from_public(found[1], "dp_"), part=2 * ordinal if is_reversal else 2 * ordinal - 1)
        except (Refused, IntegrityError) as refusal:
            if _match_differing(step, line, refusal, part=2 * ordinal if is_reversal else 2 * ordinal - 1):
                return ""
            log.warning("chargeback line not tied", line=line.id, reason=str(refusal))
            return "" if _is_of_none(refusal) else raise_differs(step, line, world)
        if _booked_by_line(found[0], is_reversal):
            finding = judge(line, world)
            case = raise_line_case(step, line, finding)
            text = "The dispute was opened from the line." if not is_reversal else "The credit was posted from the line."
            auto_resolve_case(case, rule="dispute_from_line@1", text=text, data={"dispute": found[1]}, now=step.now)
    return ""


def _is_of_none(refusal: Exception) -> bool:
    """Whether it was refused because no dispute is meant, or nobody can say which, and not for its amount."""
    return isinstance(refusal, Refused) and refusal.code in _OF_NONE


def _match_differing(step: MerchantRun, line: LineFacts, refusal: Exception, *, part: int) -> bool:
    """Booked with another amount: the pair is made and the difference is its case, as the PSP took it; False where no dispute is named."""
    told = refusal.details if isinstance(refusal, Refused) else {}
    dispute, booked_minor = str(told.get("dispute", "")), told.get("booked_minor")
    if not dispute or not isinstance(booked_minor, int):
        return False
    ours_minor = booked_minor if line.gross_minor > 0 else -booked_minor
    try:
        with transaction.atomic():
            _match(step, line, from_public(dispute, "dp_"), part=part, difference_minor=line.gross_minor - ours_minor)
    except IntegrityError:  # another line is that movement's pair
        return False
    return True


def raise_differs(step: MerchantRun, line: LineFacts, world: World) -> str:
    """The line's amount is not the dispute's: its value stays in suspense. Gives the code of its case."""
    finding = judge(line, world)
    case_finding = type(finding)(
        "CHARGEBACK_AMOUNT_DIFFERS",
        finding.amount_minor,
        f"line:{line.id}",
        finding.merchant_reference,
        finding.psp_reference,
        facts=finding.facts,
        links=finding.links,
    )
    return str(raise_line_case(step, line, case_finding).reason_id)


def _match(step: MerchantRun, line: LineFacts, dispute_id: UUID, *, part: int, difference_minor: int = 0) -> None:
    Match.objects.create(
        rule="dispute.case@1",
        line_kind="psp",
        line_id=line.id,
        item_kind="dispute",
        item_id=dispute_id,
        item_part=part,
        batch_id=line.batch_id,
        run=step.run,
        currency=line.gross_currency,
        line_minor=line.gross_minor,
        difference_minor=difference_minor,
        compared={"psp_dispute": line.object_reference, "merchant_reference": line.merchant_reference},
        matched_at=step.now,
    )


def _booked_by_line(reference: str, is_reversal: bool) -> bool:
    """Whether the movement's posting was made by this engine, and not by the PSP's notification before."""
    key = f"chargeback.{'credited' if is_reversal else 'debited'}:{reference}"
    return JournalTransaction.objects.filter(posting_key=key, actor_kind=ENGINE.kind, actor_id=ENGINE.id).exists()


def _ordinal(step: MerchantRun, line: LineFacts) -> int:
    """Which line of this account's PSP case it is, over all reports, counted from 1. A restated report says again what was said. Where a
    report names no case, lines are counted by payment."""
    reported = PspLine.objects.filter(batch__merchant_account=step.account, batch__version=1)
    same = reported.filter(object_reference=line.object_reference, kind=line.kind, reverses=line.reverses, id__lte=line.id)
    if not line.object_reference:
        same = same.filter(psp_reference=line.psp_reference, reference_id=line.reference_id, object_id=line.object_id)
    return max(same.count(), 1)


def capture_of(line: LineFacts, world: World) -> UUID | None:
    """The capture of this account that is charged back: the one the line names, else the intent's first that holds money."""
    if line.object_kind == "cap" and line.object_id and line.object_id in world.intent_of_capture:
        owner = world.intents[world.intent_of_capture[line.object_id]]
        return next((each.id for each in owner.captures if each.id == line.object_id and each.account_id == world.account_id), None)
    intent = world.intents.get(line.reference_id) if line.reference_id else None
    held = [capture for capture in intent.captures if capture.held and capture.account_id == world.account_id] if intent else []
    exists = held and Capture.objects.filter(pk=held[0].id).exists()
    return held[0].id if exists else None
