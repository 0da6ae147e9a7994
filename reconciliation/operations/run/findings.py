"""Lines that no rule paired: the PSP is asked where it can confirm, then each break becomes a case (R7)."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.db import transaction

from cashier.models import Hold, Player
from cashier.operations import Credited
from cashier.operations.holds import place_hold
from cashier.operations.payers import CODE as PAYER_CASE
from reconciliation.matching.facts import Finding, LineFacts, World
from reconciliation.matching.judge import judge
from reconciliation.models import CaseLink, ExceptionCase, Match, PspLine
from reconciliation.models.cases import LIVE_STATES
from reconciliation.operations.cases import ENGINE, auto_resolve_case, raise_case
from reconciliation.operations.run.context import MerchantRun
from reconciliation.operations.run.evidence import BOOKED, TOLD_BY_CASHIER, confirm
from reconciliation.operations.run.pairing import pair_lines
from reconciliation.operations.run.world import read_world

log = structlog.get_logger(__name__)
_CHUNK = 1000
_CONFIRMED_TEXT = {
    "LEDGER_CREDIT_MISSING_PSP_SUCCESS": "The PSP confirmed the capture when asked; it was credited through the normal path.",
    "PAYOUT_PAID_NOT_RECORDED": "The PSP confirmed the payout when asked; it was settled through the normal path.",
    "REFUND_REVERSED": "The PSP confirmed the reversal when asked; it was posted back through the normal path.",
    "PAYOUT_RETURNED": "The PSP confirmed the return when asked; it was posted back through the normal path.",
}


def work_lines(step: MerchantRun, lines: Sequence[LineFacts]) -> dict[int, str]:
    """Ask, pair again, raise what is left; gives the code of each line that stays without an item. No transaction may be open."""
    codes: dict[int, str] = {}
    for start in range(0, len(lines), _CHUNK):
        codes |= _work_chunk(step, lines[start : start + _CHUNK])
    return codes


def _work_chunk(step: MerchantRun, lines: Sequence[LineFacts]) -> dict[int, str]:
    world = read_world(step.account.pk, lines)
    asked = {line.id: (finding, _ask(step, line, finding)) for line in lines if (finding := judge(line, world)).ask is not None}
    if any(outcome in BOOKED for _, outcome in asked.values()):
        pair_lines(step, list(asked))
        world = read_world(step.account.pk, lines)
    paired = set(
        Match.objects.filter(line_kind="psp", line_id__in=[line.id for line in lines], undone_at=None).values_list("line_id", flat=True)
    )
    codes: dict[int, str] = {}
    for line in lines:
        first, outcome = asked.get(line.id, (None, ""))
        if first is not None and outcome == Credited.PAYER_HELD and (held := join_payer_case(line, first)):
            codes[line.id] = held
        elif line.id in paired and first is not None:
            tell_confirmed(step, line, first, outcome)
        elif line.id not in paired:
            codes[line.id] = _tell(step, line, world, first)
    return codes


def _ask(step: MerchantRun, line: LineFacts, finding: Finding) -> str:
    assert finding.ask is not None
    outcome = confirm(step, finding.ask, noted=note_of(line, finding))
    log.info("evidence", code=finding.code, reference=finding.merchant_reference, outcome=outcome)
    return outcome


def tell_confirmed(step: MerchantRun, line: LineFacts | PspLine, finding: Finding, outcome: str) -> None:
    """The break was real and is mended: it is a case all the same, seen and counted, that resolves itself where the code says so."""
    if outcome in TOLD_BY_CASHIER or finding.code not in _CONFIRMED_TEXT:
        return
    with transaction.atomic():
        case = raise_line_case(step, line, finding)
        if finding.code in ("LEDGER_CREDIT_MISSING_PSP_SUCCESS", "PAYOUT_PAID_NOT_RECORDED"):
            auto_resolve_case(case, rule="psp_confirmed@1", text=_CONFIRMED_TEXT[finding.code], now=step.now)


def join_payer_case(line: LineFacts, finding: Finding) -> str:
    """The cashier keeps this money pending for who paid it, and has said so: its case takes the line (K10). Its code, or ""."""
    cases = ExceptionCase.objects.filter(reason=PAYER_CASE, merchant_reference=finding.merchant_reference, state__in=LIVE_STATES)
    case = cases.order_by("-number").first()
    if case is not None:
        CaseLink.objects.get_or_create(case=case, kind="psp_line", target_id=str(line.id))
    return PAYER_CASE if case is not None else ""


def _tell(step: MerchantRun, line: LineFacts, world: World, first: Finding | None) -> str:
    finding = judge(line, world)
    if first is not None and finding.ask is None:
        # Asking booked something, and the line still has no item: say what was seen before, unless it now has a plainer name.
        finding = finding if finding.code.startswith("DUPLICATE") or finding.code.endswith("_PAID_TWICE") else first
    case = raise_line_case(step, line, finding)
    _hold(step, line, finding, case)
    return finding.code


def raise_line_case(step: MerchantRun, line: LineFacts | PspLine, finding: Finding) -> ExceptionCase:
    """The case of a finding about a line of this account. One that stood before, told by the cashier or by a line, takes the line too."""
    case = raise_case(
        code=finding.code,
        entity_id=step.account.entity_id,
        business_date=line.business_date,
        amount_minor=finding.amount_minor,
        currency=line.gross_currency,
        merchant_account=step.account,
        merchant_reference=finding.merchant_reference,
        psp_reference=finding.psp_reference,
        dedupe_key=key_of(finding),
        facts=dict(finding.facts),
        links=[*finding.links, ("psp_line", str(line.id))],
        run=step.run,
        now=step.now,
    )
    if case.run_id != step.run.pk and case.state in LIVE_STATES:
        CaseLink.objects.get_or_create(case=case, kind="psp_line", target_id=str(line.id))
    return case


def key_of(finding: Finding) -> str:
    """The dedupe key of a finding's case."""
    return f"{finding.code}:{finding.about}"[:200]


def note_of(line: LineFacts, finding: Finding) -> dict[str, Any]:
    """A finding as plain values, to be told by a later run: {"line": id, "finding": {…}}."""
    plain = {name: getattr(finding, name) for name in ("code", "amount_minor", "about", "merchant_reference", "psp_reference")}
    return {"line": line.id, "finding": {**plain, "facts": dict(finding.facts), "links": [list(link) for link in finding.links]}}


def _hold(step: MerchantRun, line: LineFacts, finding: Finding, case: ExceptionCase) -> None:
    """What the wallet has is held at once, where the code says so (POSTINGS.md section 5)."""
    if not finding.hold_player:
        return
    is_refund = finding.code == "REFUND_UNKNOWN_TO_PLATFORM"
    place_hold(
        kind=Hold.Kind.FOUND_REFUND if is_refund else Hold.Kind.CASE,
        ref=line.object_reference if is_refund else case.public_id,
        player=Player.by_public(finding.hold_player),
        currency=line.gross_currency,
        amount_minor=finding.amount_minor,
        occurred_at=line.created_at,
        actor=ENGINE,
        now=step.now,
    )
