"""How a case ends: proposed by one person, decided by another where money moves, executed once through the ledger's door (E4, S1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.module_loading import import_string

from cashier.models import Capture
from ledger.actors import Actor
from ledger.canonical import canonical_json
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import Posting, lines_of, post, record_audit, request_approval, withdraw_approval
from ledger.transitions import move
from ledger.values import Line
from reconciliation.models import CaseState, ExceptionCase, SuspenseItem
from reconciliation.models.cases import UNDECIDED_STATES
from reconciliation.operations.cases import add_entry
from reconciliation.operations.casework.desk import lock_case, lock_live_case, require_reason, require_state, wait_case
from reconciliation.operations.casework.plans import PLANNERS, Plan, plan_disposition
from reconciliation.operations.casework.refusals import CaseNotOpen, DispositionNotAllowed

CALLS = {
    "credit_late_money": "cashier.operations.credit_late_money",
    "refund_late_money": "cashier.operations.refund_late_money",
}


@dataclass(frozen=True, slots=True)
class Disposition:
    """One way to end a case. `verb` is the button, `sentence` what it does; rests: the case waits that many days instead of ending."""

    name: str
    verb: str
    sentence: str
    rests_days: int = 0

    @property
    def moves_money(self) -> bool:
        return self.name in PLANNERS


DISPOSITIONS: dict[str, Disposition] = {
    row.name: row
    for row in (
        Disposition("credit_missing_deposit", "Credit the deposit", "Money that waits for a decision is credited to the player."),
        Disposition("refund", "Give it back", "Money that waits for a decision goes back to the payer through the PSP."),
        Disposition("identify_line", "Identify the line", "The line in suspense is booked to the capture or payout that it belongs to."),
        Disposition("adopt_refund", "Adopt the refund", "The refund made at the PSP becomes ours; what the player no longer has is owed."),
        Disposition("correct_credit", "Correct the credit", "The player's credit is made what the PSP paid; what is missing is owed."),
        Disposition("recover_from_player", "Recover from the player", "What was paid too much is taken from the player; the rest is owed."),
        Disposition("hold_funds", "Hold funds", "The player's money is held, as far as it goes, until this is settled."),
        Disposition("outside", "Not of these books", "The bank line is known and belongs to other books."),
        Disposition("write_off", "Write off", "What is open is accepted as a loss."),
        Disposition("claim_from_psp", "Claim from the PSP", "The claim is sent; the item stays open until the PSP pays.", rests_days=14),
        Disposition(
            "send_back", "Send it back", "The other side sends it again or back; the item stays open until the line comes.", rests_days=5
        ),
        Disposition("wait_for_timing", "Wait", "It is a matter of time; the item stays open until the line comes.", rests_days=2),
        Disposition("link_to_dispute", "Leave to the dispute", "The dispute carries it; nothing else is posted."),
        Disposition("no_action", "Resolve without posting", "Everything about it is right; nothing is posted."),
    )
}


def allowed_dispositions(case: ExceptionCase) -> list[Disposition]:
    """The ways in which this kind of case may end, in the order of its reason code."""
    return [DISPOSITIONS[name] for name in case.reason.dispositions if name in DISPOSITIONS]


def propose_disposition(*, case_id: UUID, disposition: str, reason: str, target: str = "", actor: Actor, now: datetime) -> ExceptionCase:
    """End the case, or ask a second person to: money moves only after four eyes.

    (1) lock, (2) check state, kind and reason, (3) without money: rest or resolve; with money: work out the plan, freeze it in an
    approval request, PROPOSED. Raises CaseNotOpen, DispositionNotAllowed, ReasonNeeded, NothingToMove.
    """
    require_reason(reason)
    with transaction.atomic():
        case = lock_live_case(case_id)
        require_state(case, *UNDECIDED_STATES)
        chosen = _allowed(case, disposition)
        if chosen.moves_money:
            return _ask(case, chosen, reason, target, actor, now)
        if chosen.rests_days:
            return _rest(case, chosen, reason, actor, now)
        return resolve(case, chosen.name, reason, actor=actor, now=now)


def withdraw_proposal(*, case_id: UUID, actor: Actor, now: datetime) -> ExceptionCase:
    """The maker takes the proposal back: PROPOSED -> INVESTIGATING. Raises CaseNotOpen, ApprovalRefused."""
    with transaction.atomic():
        case = lock_live_case(case_id)
        require_state(case, CaseState.PROPOSED)
        if case.approval_id is None:
            raise CaseNotOpen("This proposal has no open request.")
        withdraw_approval(request_id=case.approval_id, maker=actor, now=now)
    case.refresh_from_db()
    return case


def preview_disposition(payload: dict[str, Any]) -> list[Line]:
    """The journal lines that approval would post."""
    lines = [line for row in payload["plan"]["postings"] for line in lines_of(row["rule"], row["source"])]
    return lines + [line for call in payload["plan"]["calls"] for line in _call_lines(call)]


def preview_of(case: ExceptionCase, disposition: str, target: str = "") -> list[Line]:
    """The lines that proposing this now would ask for. Raises as propose_disposition; writes nothing."""
    with transaction.atomic():
        return preview_disposition({"plan": plan_disposition(case, _allowed(case, disposition).name, target)})


def execute_disposition(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do what was approved, if the books still say the same. Raises CaseNotOpen where they don't: nothing is decided then."""
    case = lock_case(from_public(payload["case"], "case_"))
    require_state(case, CaseState.PROPOSED)
    fresh = plan_disposition(case, payload["disposition"], payload["target"])
    if case.approval_id != request.pk or canonical_json(fresh) != canonical_json(payload["plan"]):
        raise CaseNotOpen("The books changed since this was asked. Reject it and propose again.")
    maker = Actor(request.maker_kind, request.maker_id)
    for number, row in enumerate(fresh["postings"]):
        _post(case, request, number, row, maker, now)
    for call in fresh["calls"]:
        import_string(CALLS[call["call"]])(capture_id=from_public(call["capture"], "cap_"), actor=maker, now=now)
    resolve(case, payload["disposition"], request.reason, actor=actor, now=now)


def drop_disposition(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Rejected, withdrawn or expired: the case goes back to work."""
    case = lock_case(from_public(payload["case"], "case_"))
    if case.state == CaseState.PROPOSED and case.approval_id == request.pk:
        case.proposed_disposition, case.proposal, case.approval_id = "", {}, None
        fields = ["proposed_disposition", "proposal", "approval_id"]
        move(case, "return_to_work", actor=actor, now=now, event="case.proposal_declined", extra_fields=fields)
        add_entry(case, kind="proposal", text=f"The proposal was {str(request.state).lower()}.", actor=actor, now=now)


def resolve(case: ExceptionCase, resolution: str, note: str, *, actor: Actor, now: datetime) -> ExceptionCase:
    """Live -> RESOLVED, with who and why. Needs the case locked, in a transaction."""
    case.resolution, case.resolution_note, case.resolved_at = resolution, note, now
    case.resolved_by_kind, case.resolved_by_id = actor.kind, actor.id
    fields = ["resolution", "resolution_note", "resolved_at", "resolved_by_kind", "resolved_by_id"]
    move(case, "resolve", actor=actor, now=now, event="case.resolved", extra_fields=fields)
    add_entry(case, kind="state", text=f"{DISPOSITIONS[resolution].verb}: {note}", actor=actor, now=now)
    detail = {"case": case.label, "resolution": resolution}
    record_audit(
        act="case.resolved", actor=actor, target_kind="ExceptionCase", target_id=case.public_id, detail=detail, reason=note, now=now
    )
    return case


def _allowed(case: ExceptionCase, disposition: str) -> Disposition:
    if disposition not in case.reason.dispositions or disposition not in DISPOSITIONS:
        names = ", ".join(row.name for row in allowed_dispositions(case))
        raise DispositionNotAllowed(
            f"{case.reason_code} can't be ended by {disposition!r}. Allowed: {names}.", field="disposition", rule="allowed"
        )
    return DISPOSITIONS[disposition]


def _ask(case: ExceptionCase, chosen: Disposition, reason: str, target: str, actor: Actor, now: datetime) -> ExceptionCase:
    plan = plan_disposition(case, chosen.name, target)
    payload = {"case": case.public_id, "disposition": chosen.name, "target": target, "plan": plan}
    request = request_approval(
        kind="case.disposition", payload=payload, summary=f"{chosen.verb}: {case.label}, {case.reason.title}", reason=reason, maker=actor,
        entity_id=case.entity_id, amount_minor=_amount(plan, case), currency=case.currency,
        target_kind="ExceptionCase", target_id=case.public_id, now=now,
    )  # fmt: skip
    case.proposed_disposition, case.approval_id = chosen.name, request.pk
    case.proposal = {"disposition": chosen.name, "reason": reason, "target": target, "approval_id": request.public_id}
    fields = ["proposed_disposition", "proposal", "approval_id"]
    move(case, "propose", actor=actor, now=now, event="case.proposed", extra_fields=fields)
    add_entry(
        case, kind="proposal", text=f"Proposed: {chosen.verb}. {reason}", actor=actor, now=now, data={"approval_id": request.public_id}
    )
    return case


def _rest(case: ExceptionCase, chosen: Disposition, reason: str, actor: Actor, now: datetime) -> ExceptionCase:
    if case.state == CaseState.WAITING:
        raise CaseNotOpen(f"{case.label} waits already.")
    until = now + timedelta(days=chosen.rests_days)
    return wait_case(case_id=case.pk, until=until, reason=f"{chosen.verb}: {reason}", actor=actor, now=now)


def _post(case: ExceptionCase, request: ApprovalRequest, number: int, row: dict[str, Any], maker: Actor, now: datetime) -> None:
    posting = Posting(
        rule=row["rule"], key=f"approval:{request.public_id}:{number}", entity_id=case.entity_id, source=row["source"],
        occurred_at=now, intent_id=case.public_id, player_id=row["player"],
    )  # fmt: skip
    posted = post(posting, actor=maker, now=now)
    item = row["source"].get("item")
    if item and item["kind"] == "suspense":
        _clear_suspense(item["ref"], posted.public_id, now)


def _clear_suspense(ref: str, txn: str, now: datetime) -> None:
    """The line no longer waits: name the transaction that took it out."""
    _, line_kind, line_id = ref.split(":", 2)
    for waiting in SuspenseItem.objects.select_for_update().filter(line_kind=line_kind, line_id=int(line_id), cleared_at=None):
        waiting.cleared_txn, waiting.cleared_at = txn, now
        waiting.save(update_fields=["cleared_txn", "cleared_at"])


def _call_lines(call: dict[str, Any]) -> list[Line]:
    """What the cashier will post: late money leaves locked, to the player or back to the PSP's clearing."""

    capture = Capture.objects.select_related("intent__player", "attempt__merchant_account").get(pk=from_public(call["capture"], "cap_"))
    player, asset, amount = capture.intent.player.public_id, capture.intent.currency, call["amount_minor"]
    to_player = call["call"] == "credit_late_money"
    other = ("playable", player) if to_player else ("clearing", capture.attempt.merchant_account.public_id)
    return [Line("locked", player, asset, amount, call["capture"]), Line(*other, asset, -amount, call["capture"])]


def _amount(plan: Plan, case: ExceptionCase) -> int:
    moved = [abs(row["source"]["item"]["open_minor"]) for row in plan["postings"] if "item" in row["source"]]
    moved += [call["amount_minor"] for call in plan["calls"]]
    return int(max(moved, default=case.amount_minor))
