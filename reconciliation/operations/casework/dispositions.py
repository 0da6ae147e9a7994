"""How a case ends: proposed by one person, decided by another where money moves, executed once through the ledger's door (E4, S1)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from ledger.actors import Actor
from ledger.canonical import canonical_json
from ledger.duties import require_not_own_player
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.operations import record_audit, request_approval, withdraw_approval
from ledger.transitions import move
from ledger.values import Line
from reconciliation.locks import lock_cases
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.models.cases import UNDECIDED_STATES
from reconciliation.operations.cases import add_entry
from reconciliation.operations.casework.desk import lock_case, lock_live_case, require_reason, require_state, wait_case
from reconciliation.operations.casework.holding import holds_of
from reconciliation.operations.casework.items import records_of
from reconciliation.operations.casework.moot import require_waiting
from reconciliation.operations.casework.people import player_of
from reconciliation.operations.casework.plans import PLANNERS, Plan, plan_disposition, stands_open
from reconciliation.operations.casework.refusals import CaseNotOpen, DispositionNotAllowed
from reconciliation.operations.casework.steps import Doing, run_step, step_lines


@dataclass(frozen=True, slots=True)
class Disposition:
    """One way to end a case. `verb` is the button, `sentence` what it does; `moves_money`: a second person decides.

    rests_days: the case waits that many days instead of ending; `ends` false: the case stays in work after it was done.
    """

    name: str
    verb: str
    sentence: str
    rests_days: int = 0
    ends: bool = True
    moves_money: bool = False


DISPOSITIONS: dict[str, Disposition] = {
    row.name: replace(row, moves_money=row.name in PLANNERS)
    for row in (
        Disposition("credit_missing_deposit", "Credit the deposit", "Money that waits for a decision is credited to the player."),
        Disposition("refund", "Give it back", "Money that waits for a decision goes back to the payer through the PSP."),
        Disposition("identify_line", "Identify the line", "The line in suspense is booked to the capture or payout that it belongs to."),
        Disposition("adopt_refund", "Adopt the refund", "The refund made at the PSP becomes ours; what the player no longer has is owed."),
        Disposition("correct_credit", "Correct the credit", "The player's credit is made what the PSP paid; what is missing is owed."),
        Disposition(
            "reverse_duplicate", "Reverse the second posting", "The posting without a capture is mirrored; what is missing is owed."
        ),
        Disposition("recover_from_player", "Recover from the player", "What was paid too much is taken from the player; the rest is owed."),
        Disposition(
            "adopt_payout", "Adopt the payout", "The payout that the PSP paid is settled; what was released meanwhile is taken or owed."
        ),
        Disposition("fail_refund", "The refund was never executed", "The refund fails; what was held for it goes back to the player."),
        Disposition("fail_payout", "The payout was never paid", "The payout fails; its money goes back to the player."),
        Disposition("hold_funds", "Hold funds", "The player's money is held, as far as it goes; the case stays open.", ends=False),
        Disposition("book_bank_charge", "Book it as a bank charge", "The bank kept a part of the payout: the part goes to its fees."),
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
    """The ways in which this case may end, in the order of its reason code.

    Where money is held for the case, an ending without a posting of its own gives it back, and needs a second person too. Where the
    books hold nothing open for it, it may always be resolved without posting; so may one for which people had money held, when nothing
    else stands open any more: by no other ending is it given back.
    """
    names = [name for name in case.reason.dispositions if name in DISPOSITIONS]
    if "no_action" not in names and not stands_open(case, but_held="hold_funds" in names):
        names.append("no_action")
    is_held = bool(holds_of(case))
    return [_with_release(DISPOSITIONS[name]) if is_held else DISPOSITIONS[name] for name in names]


def propose_disposition(*, case_id: UUID, disposition: str, reason: str, target: str = "", actor: Actor, now: datetime) -> ExceptionCase:
    """End the case, or ask a second person to: money moves only after four eyes.

    (1) lock, (2) check state, kind and reason, (3) without money: rest or resolve; with money: work out the plan, freeze it in an
    approval request, PROPOSED. Raises CaseNotOpen, DispositionNotAllowed, ReasonNeeded, NothingToMove, ApprovalRefused for a case about
    the actor's own player account (P4).
    """
    require_reason(reason)
    with transaction.atomic():
        case = lock_live_case(case_id)
        require_state(case, *UNDECIDED_STATES)
        require_not_own_player(actor, {player_of(case)})
        chosen = allowed(case, disposition)
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
    return [line for step in payload["plan"]["steps"] for line in step_lines(step)]


def preview_of(case: ExceptionCase, disposition: str, target: str = "") -> list[Line]:
    """The lines that proposing this now would ask for. Raises as propose_disposition; writes nothing but wallet rows of zero."""
    with transaction.atomic():
        return preview_disposition({"plan": plan_disposition(case, allowed(case, disposition).name, target)})


def execute_disposition(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do what was approved, if the books still say the same. Raises CaseNotOpen where they don't: nothing is decided then.

    (1) lock the case, (2) work out the plan again, under its locks, and compare, (3) do its steps, as the maker, (4) end the case,
    or give it back to work where the disposition is none that ends it.
    """
    do_planned(payload, request, key=f"approval:{request.public_id}", actor=actor, now=now)


def do_planned(payload: dict[str, Any], request: ApprovalRequest, *, key: str, actor: Actor, now: datetime) -> None:
    """What was approved of one case: {case, disposition, target, plan}; `key` begins the keys of what it posts. Raises CaseNotOpen.

    The cases that speak of the same records are locked with it, in the order of runs: doing one may end others.
    """
    case_id = from_public(payload["case"], ExceptionCase.PREFIX)
    lock_cases(records_of(case_id, payload["target"]))
    case = lock_case(case_id)
    require_waiting(case, request)
    fresh = plan_disposition(case, payload["disposition"], payload["target"])
    if canonical_json(fresh) != canonical_json(payload["plan"]):
        raise CaseNotOpen("The books changed since this was asked. Reject it and propose again.")
    doing = Doing(case, request, Actor(request.maker_kind, request.maker_id), now, key)
    for number, step in enumerate(fresh["steps"]):
        run_step(step, number, doing)
    if DISPOSITIONS[payload["disposition"]].ends:
        resolve(case, payload["disposition"], request.reason, actor=actor, now=now)
    else:
        return_to_work(case, "case.disposition_done", f"{DISPOSITIONS[payload['disposition']].verb}: done.", actor=actor, now=now)


def drop_disposition(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Rejected, withdrawn or expired: the case goes back to work."""
    case = lock_case(from_public(payload["case"], "case_"))
    if case.state == CaseState.PROPOSED and case.approval_id == request.pk:
        return_to_work(case, "case.proposal_declined", f"The proposal was {str(request.state).lower()}.", actor=actor, now=now)


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


def allowed(case: ExceptionCase, disposition: str) -> Disposition:
    """The disposition of that name, as it is for this case. Raises DispositionNotAllowed."""
    found = {row.name: row for row in allowed_dispositions(case)}
    if disposition not in found:
        raise DispositionNotAllowed(
            f"{case.reason_code} can't be ended by {disposition!r}. Allowed: {', '.join(found)}.", field="disposition", rule="allowed"
        )
    return found[disposition]


def _ask(case: ExceptionCase, chosen: Disposition, reason: str, target: str, actor: Actor, now: datetime) -> ExceptionCase:
    plan = plan_disposition(case, chosen.name, target)
    payload = {"case": case.public_id, "disposition": chosen.name, "target": target, "plan": plan}
    request = request_approval(
        kind="case.disposition", payload=payload, summary=f"{chosen.verb}: {case.label}, {case.reason.title}", reason=reason, maker=actor,
        entity_id=case.entity_id, amount_minor=amount_of(plan, case), currency=case.currency,
        target_kind="ExceptionCase", target_id=case.public_id, player_ref=player_of(case), now=now,
    )  # fmt: skip
    return mark_proposed(case, chosen, request, reason=reason, target=target, actor=actor, now=now)


def mark_proposed(
    case: ExceptionCase, chosen: Disposition, request: ApprovalRequest, *, reason: str, target: str, actor: Actor, now: datetime
) -> ExceptionCase:
    """Undecided -> PROPOSED by a request. Needs the case locked, in a transaction."""
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


def return_to_work(case: ExceptionCase, event: str, text: str, *, actor: Actor, now: datetime) -> None:
    """PROPOSED -> INVESTIGATING, with why. Needs the case locked, in a transaction."""
    case.proposed_disposition, case.proposal, case.approval_id = "", {}, None
    move(case, "return_to_work", actor=actor, now=now, event=event, extra_fields=["proposed_disposition", "proposal", "approval_id"])
    add_entry(case, kind="proposal", text=text, actor=actor, now=now)


def _with_release(chosen: Disposition) -> Disposition:
    if chosen.moves_money or chosen.rests_days:
        return chosen
    return replace(chosen, moves_money=True, sentence=f"{chosen.sentence} What is held for this case is given back.")


def amount_of(plan: Plan, case: ExceptionCase) -> int:
    """What the plan moves: its largest step."""
    moved = [sum(line.amount_minor for line in step_lines(step) if line.amount_minor > 0) for step in plan["steps"]]
    return max(moved, default=int(case.amount_minor))
