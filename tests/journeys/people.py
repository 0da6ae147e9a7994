"""What the staff does with a day's cases until it can be prepared: ends them, or lets two people override what is left.

Ada works the cases, Ben decides and prepares, Fay signs, Rafe decides on payouts.
"""

from collections.abc import Callable
from datetime import datetime

from ledger.actors import user_actor
from ledger.models import ApprovalRequest, User
from ledger.operations import decide, expire_approvals
from ledger.refusals import Refused
from reconciliation.models import CloseState, DailyClose, ExceptionCase, SuspenseItem
from reconciliation.models.cases import LIVE_STATES, UNDECIDED_STATES
from reconciliation.operations import casework, closing
from reconciliation.operations.closing import CloseNotReady

WHY = "Checked with the PSP and agreed with finance."
RESTS = frozenset({"claim_from_psp", "send_back", "wait_for_timing"})


def person(name: str) -> User:
    return User.objects.get(username=name)


def work_cases(clock: Callable[[], datetime]) -> dict[str, str]:
    """End every live case that can be ended; returns how each ended, by label. Money moves after Ben's approval only."""
    ended: dict[str, str] = {}
    for case in ExceptionCase.objects.filter(state__in=UNDECIDED_STATES).order_by("number"):
        casework.investigate_case(case_id=case.pk, actor=user_actor(person("ada")), now=clock())
        for disposition in casework.allowed_dispositions(case):
            if disposition.name not in RESTS and _is_ended(case, disposition, clock):
                ended[case.label] = disposition.name
                break
    return ended


def decide_approvals(clock: Callable[[], datetime]) -> int:
    """What waited too long has expired; Rafe and Cleo agree to every payout that still waits. Returns how many decisions that took."""
    expire_approvals(now=clock())
    decisions = 0
    for name in ("rafe", "cleo"):
        waiting = ApprovalRequest.objects.filter(kind="payout.approve", state=ApprovalRequest.State.PENDING)
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
    names = [item["name"] for item in close.checklist if not item["ok"] and not item["overridden"]]
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


def live_cases() -> list[str]:
    """Labels and codes of what is still open."""
    rows = ExceptionCase.objects.filter(state__in=LIVE_STATES).order_by("number")
    return [f"{case.label} {case.reason_code} {case.state}" for case in rows]


def in_suspense() -> int:
    return SuspenseItem.objects.filter(cleared_at=None).count()


def is_signed(close: DailyClose) -> bool:
    return bool(close.state == CloseState.SIGNED_OFF)


def _is_ended(case: ExceptionCase, disposition: casework.Disposition, clock: Callable[[], datetime]) -> bool:
    """Propose it, and let Ben decide where money moves. False where the books hold nothing for it."""
    try:
        proposed = casework.propose_disposition(
            case_id=case.pk, disposition=disposition.name, reason=WHY, actor=user_actor(person("ada")), now=clock()
        )
    except Refused:
        return False
    if disposition.moves_money:
        assert proposed.approval_id is not None
        decide(request_id=proposed.approval_id, approve=True, checker=person("ben"), reason=WHY, now=clock())
    return True
