"""One ending for many cases, asked for once and decided once (E5): each case has its own plan, and its own outcome, by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cashier.queries.brands import brand_of
from ledger.actors import Actor
from ledger.duties import require_not_own_player
from ledger.ids import from_public
from ledger.models import ApprovalRequest
from ledger.money import money_text
from ledger.operations import people_needed, record_audit, request_approval
from ledger.refusals import Refused
from ledger.values import Line
from reconciliation.locks import lock_cases
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.models.cases import UNDECIDED_STATES
from reconciliation.operations.casework.desk import lock_case, require_reason, require_state
from reconciliation.operations.casework.dispositions import (
    allowed,
    amount_of,
    do_planned,
    drop_disposition,
    mark_proposed,
    preview_disposition,
    return_to_work,
)
from reconciliation.operations.casework.items import records_of
from reconciliation.operations.casework.people import player_of
from reconciliation.operations.casework.plans import plan_disposition
from reconciliation.operations.casework.refusals import CaseNotOpen, DispositionNotAllowed

MOST = 50
# The threshold of one case holds for many as well: asking together is no way round it.
KINDS = ("case.disposition", "case.dispositions")
Failed = dict[str, str]


@dataclass(frozen=True, slots=True)
class Together:
    """What came of asking: the request, and the cases that are not in it, label -> why."""

    request: ApprovalRequest
    cases: int
    failed: Failed


def propose_together(*, case_ids: Sequence[UUID], disposition: str, reason: str, actor: Actor, now: datetime) -> Together:
    """Ask a second person once to end at most 50 cases alike: one reason code, entity and currency.

    A case that can't be ended so now is left as it is, and named with why. Raises ReasonNeeded, DispositionNotAllowed (cases that
    differ, too many), or the first refusal where no case is left.
    """
    require_reason(reason)
    with transaction.atomic():
        cases = _alike(case_ids)
        planned, refusals = [], []
        for case in cases:
            try:
                require_not_own_player(actor, {player_of(case)})
                planned.append((case, _plan(case, disposition)))
            except Refused as refusal:
                refusals.append((case.label, refusal))
        if not planned:
            raise refusals[0][1]
        request = _ask(planned, disposition, reason, actor, now)
        for case, _ in planned:
            mark_proposed(case, allowed(case, disposition), request, reason=reason, target="", actor=actor, now=now)
    return Together(request, len(planned), {label: refusal.message for label, refusal in refusals})


def execute_together(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Do what was approved, case by case: one that fails goes back to work with why, the others are done.

    Raises CaseNotOpen where none could be done: nothing is decided then.
    """
    failed: Failed = {}
    lock_cases([link for each in payload["cases"] for link in records_of(from_public(each["case"], ExceptionCase.PREFIX), each["target"])])
    for each in payload["cases"]:
        try:
            with transaction.atomic():
                do_planned(each, request, key=f"approval:{request.public_id}:{each['case']}", actor=actor, now=now)
        except Refused as refusal:
            failed[each["label"]] = refusal.message
            _give_back(each, request, refusal.message, actor, now)
    if len(failed) == len(payload["cases"]):
        raise CaseNotOpen(f"None of them could be done: {failed[payload['cases'][0]['label']]}")
    done = [each["label"] for each in payload["cases"] if each["label"] not in failed]
    record_audit(
        act="case.ended_together", actor=actor, target_kind="ApprovalRequest", target_id=request.public_id,
        detail={"done": done, "failed": failed}, reason=request.reason, now=now,
    )  # fmt: skip


def drop_together(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    """Rejected, withdrawn or expired: every case goes back to work."""
    for each in payload["cases"]:
        drop_disposition(payload=each, request=request, actor=actor, now=now)


def preview_together(payload: dict[str, Any]) -> list[Line]:
    """The journal lines that approval would post, of all cases."""
    return [line for each in payload["cases"] for line in preview_disposition(each)]


def look_at_together(payload: dict[str, Any]) -> dict[str, str]:
    """Each case as it stands now."""
    keys = [from_public(each["case"], ExceptionCase.PREFIX) for each in payload["cases"]]
    rows = ExceptionCase.objects.filter(pk__in=keys).order_by("number")
    return {row.label: f"{str(row.state).capitalize()}, {money_text(row.amount_minor, row.currency)}" for row in rows}


def _alike(case_ids: Sequence[UUID]) -> list[ExceptionCase]:
    """The cases, locked in the order of their ids, so that two who choose the same ones wait for each other."""
    chosen = sorted(set(case_ids))
    if not 0 < len(chosen) <= MOST:
        raise DispositionNotAllowed(f"Select 1 to {MOST} cases.")
    cases = [lock_case(case_id) for case_id in chosen]
    if len({(case.reason_id, case.entity_id, case.currency) for case in cases}) > 1:
        raise DispositionNotAllowed("Select cases of one reason code, legal entity and currency.")
    return cases


def _plan(case: ExceptionCase, disposition: str) -> dict[str, Any]:
    require_state(case, *UNDECIDED_STATES)
    chosen = allowed(case, disposition)
    if not chosen.moves_money:
        raise DispositionNotAllowed(f"{chosen.verb} moves no money and needs nobody else.")
    return {
        "case": case.public_id, "label": case.label, "player": player_of(case), "disposition": chosen.name, "target": "",
        "plan": plan_disposition(case, chosen.name, ""),
    }  # fmt: skip


def _ask(
    planned: list[tuple[ExceptionCase, dict[str, Any]]], disposition: str, reason: str, actor: Actor, now: datetime
) -> ApprovalRequest:
    first = planned[0][0]
    verb = allowed(first, disposition).verb
    sums = _sums(planned)
    return request_approval(
        kind="case.dispositions", payload={"disposition": disposition, "cases": [each for _, each in planned]},
        summary=f"{verb}: {len(planned)} cases, {first.reason.title}", reason=reason, maker=actor, entity_id=first.entity_id,
        amount_minor=sum(sums.values()), currency=first.currency, brand=next(iter(sums)) if len(sums) == 1 else "",
        required=_people(sums, first.currency, actor, now), target_kind="ExceptionCase", target_id=first.public_id, now=now,
    )  # fmt: skip


def _sums(planned: list[tuple[ExceptionCase, dict[str, Any]]]) -> dict[str, int]:
    """What is moved per brand, minor units; "" where no player is known."""
    sums: dict[str, int] = {}
    for case, each in planned:
        brand = brand_of(player_id=each["player"])
        sums[brand] = sums.get(brand, 0) + amount_of(each["plan"], case)
    return sums


def _people(sums: dict[str, int], currency: str, actor: Actor, now: datetime) -> int:
    """As many people as the strictest threshold of these brands asks for, on what is moved of each."""
    asked = [
        people_needed(kind=kind, brand=brand, currency=currency, amount_minor=minor, maker=actor, now=now).people
        for kind in KINDS
        for brand, minor in sorted(sums.items())
    ]
    return max(1, *asked)


def _give_back(each: dict[str, Any], request: ApprovalRequest, why: str, actor: Actor, now: datetime) -> None:
    case = lock_case(from_public(each["case"], ExceptionCase.PREFIX))
    if case.state == CaseState.PROPOSED and case.approval_id == request.pk:
        return_to_work(case, "case.proposal_declined", f"Approved, and not done: {why}", actor=actor, now=now)
