"""What the staff does with a day's cases until it can be prepared: ends them, or lets two people override what is left.

Ada works the cases, Ben decides and prepares, Fay signs, Rafe decides on payouts.
"""

from collections.abc import Callable
from datetime import datetime

from ledger.actors import user_actor
from ledger.models import ApprovalRequest, User
from ledger.operations import decide, expire_approvals
from ledger.refusals import Refused
from reconciliation.models import CloseState, DailyClose, ExceptionCase
from reconciliation.models.cases import UNDECIDED_STATES
from reconciliation.operations import casework, closing
from reconciliation.operations.casework.items import open_items
from reconciliation.operations.closing import CloseNotReady

WHY = "Checked with the PSP and agreed with finance."


def person(name: str) -> User:
    return User.objects.get(username=name)


def work_cases(clock: Callable[[], datetime]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """End every live case that can be ended: how each ended, and why the others could not be, both by label."""
    ended: dict[str, str] = {}
    refused: dict[str, list[str]] = {}
    for case in ExceptionCase.objects.filter(state__in=UNDECIDED_STATES).order_by("number"):
        casework.investigate_case(case_id=case.pk, actor=user_actor(person("ada")), now=clock())
        why = refused.setdefault(case.label, [])
        for disposition in casework.allowed_dispositions(case):
            if not _fits(case, disposition):
                continue
            try:
                _end(case, disposition, clock)
            except Refused as refusal:
                why.append(f"{case.reason_code} {disposition.name}: {refusal.message}")
            else:
                ended[case.label] = disposition.name
                break
    return ended, {label: why for label, why in refused.items() if label not in ended}


def decide_approvals(clock: Callable[[], datetime]) -> int:
    """What waited too long has expired; Rafe and Cleo agree to every payout that still waits. Returns how many decisions that took."""
    expire_approvals(now=clock())
    decisions = 0
    for name in ("rafe", "cleo"):
        waiting = ApprovalRequest.objects.filter(kind="payout.approve", state=ApprovalRequest.State.PENDING, expires_at__gt=clock())
        for request in list(waiting):
            decide(request_id=request.pk, approve=True, checker=person(name), reason=WHY, now=clock())
            decisions += 1
    return decisions


def prepare(close: DailyClose, clock: Callable[[], datetime]) -> list[str]:
    """Ben prepares. What is missing and can't be worked off is overridden by Fay and Ben, by name; returns the overridden items."""
    try:
        closing.prepare_close(close_id=close.pk, preparer=person("ben"), now=clock())
        return []
    except CloseNotReady:
        close.refresh_from_db()
    missing = [item["name"] for item in close.checklist if not item["ok"] and not item["overridden"]]
    names = [name for name in missing if name != "proofs"]  # what was posted since the proof of the night is proved by who prepares
    for name in names:
        request = closing.request_override(close_id=close.pk, name=name, reason=WHY, actor=user_actor(person("ben")), now=clock())
        decide(request_id=request.pk, approve=True, checker=person("fay"), reason=WHY, now=clock())
    try:
        closing.prepare_close(close_id=close.pk, preparer=person("ben"), now=clock())
    except CloseNotReady as refusal:
        raise AssertionError(f"{names} were overridden, still missing: {refusal.details}") from refusal
    return names


def sign(close: DailyClose, name: str, clock: Callable[[], datetime]) -> DailyClose:
    """The person decides on the request for the signature."""
    close.refresh_from_db()
    assert close.approval_id is not None
    decide(request_id=close.approval_id, approve=True, checker=person(name), reason=WHY, now=clock())
    close.refresh_from_db()
    return close


def is_signed(close: DailyClose) -> bool:
    return bool(close.state == CloseState.SIGNED_OFF)


def _fits(case: ExceptionCase, disposition: casework.Disposition) -> bool:
    """Not one that only rests, nor one that leaves money of the case in suspense."""
    return disposition.moves_money or not (disposition.rests_days or any(item.kind == "suspense" for item in open_items(case)))


def _end(case: ExceptionCase, disposition: casework.Disposition, clock: Callable[[], datetime]) -> None:
    """Ada proposes it, and Ben agrees where money moves. Raises Refused, for example where the books hold nothing for it."""
    proposed = casework.propose_disposition(
        case_id=case.pk, disposition=disposition.name, reason=WHY, actor=user_actor(person("ada")), now=clock()
    )
    if disposition.moves_money:
        assert proposed.approval_id is not None
        decide(request_id=proposed.approval_id, approve=True, checker=person("ben"), reason=WHY, now=clock())
