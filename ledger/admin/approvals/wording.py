"""A request in words: who is asked and why, how many said yes, what it would post, what changed since it was asked for."""

from textwrap import shorten

from django.conf import settings
from django.utils.module_loading import import_string

from ledger.admin.frames import Page, Receipt, Tone, chip_map, receipt_of
from ledger.admin.frames.text import money_text, sentence
from ledger.approvals import get_approval_kind
from ledger.models import ApprovalRequest
from ledger.operations.people_needed import people_today
from ledger.operations.present_state import Changed, changes_since, present_state
from ledger.refusals import Refused

State = ApprovalRequest.State

chip_map(
    "approvalrequest",
    PENDING=(Tone.ATTENTION, "Waiting for approval|group"),
    APPROVED=(Tone.GOOD, "Approved"),
    REJECTED=(Tone.BAD, "Rejected"),
    WITHDRAWN=(Tone.IDLE, "Withdrawn"),
    EXPIRED=(Tone.IDLE, "Expired"),
)


def kinds_of(page: Page) -> list[str]:
    """Kinds of requests on which this person's roles may decide."""
    if "approval-kinds" not in page.memo:
        kinds = settings.APPROVAL_KINDS
        page.memo["approval-kinds"] = [kind for kind in kinds if page.may(get_approval_kind(kind).permission)]
    found: list[str] = page.memo["approval-kinds"]
    return found


def is_maker(request: ApprovalRequest, page: Page) -> bool:
    """Whether this person asked for it."""
    return request.maker_kind == "user" and request.maker_id == str(page.user.pk)


def why_me(request: ApprovalRequest, page: Page) -> str:
    """The line that says why this person is asked, or why not."""
    if is_maker(request, page):
        return "You asked, others decide"
    return f"Your role decides on {kind_words(request.kind)}" if request.kind in kinds_of(page) else "Another role decides"


def short(text: str, width: int = 24) -> str:
    """One line of a list; the whole text stands on the record's page."""
    return shorten(text, width, placeholder="…")


def kind_words(kind: str) -> str:
    return sentence(kind.replace(".", " ")).lower()


def approvals_words(request: ApprovalRequest) -> str:
    """`0 of 2`."""
    return _counted(request, request.required)


def approvals_today(request: ApprovalRequest) -> str:
    """`0 of 2`, by the threshold of today where the request still waits."""
    return _counted(request, people_today(request) if request.state == State.PENDING else request.required)


def _counted(request: ApprovalRequest, people: int) -> str:
    return f"{sum(decision.approve for decision in request.decisions.all())} of {people}"


def preview_of(request: ApprovalRequest, page: Page) -> Receipt | None:
    """The lines that execution would post now; None where the kind posts nothing, or what it read is gone."""
    path = get_approval_kind(request.kind).preview
    if not path or request.state != State.PENDING:
        return None
    try:
        return receipt_of(import_string(path)(request.payload), not_done="Nothing else is changed. It is executed once.")
    except (Refused, KeyError):
        return None


def facts_of(request: ApprovalRequest, page: Page) -> dict[str, str]:
    """What the request rests on now; read once per page."""
    key = f"present:{request.pk}"
    if key not in page.memo:
        page.memo[key] = present_state(request)
    found: dict[str, str] = page.memo[key]
    return found


def changed_of(request: ApprovalRequest, page: Page) -> list[Changed]:
    """What differs from when it was asked for; nothing is compared where nothing was looked at."""
    return changes_since(request, facts_of(request, page)) if request.seen else []


def changed_words(request: ApprovalRequest, page: Page) -> str:
    """`nothing changed since it was asked for`, or what did."""
    changed = changed_of(request, page)
    if not changed:
        return "nothing changed since it was asked for" if request.seen else "nothing to compare"
    return "; ".join(f"{each.what}: {each.was}, now {each.now}" for each in changed)


def approve_label(request: ApprovalRequest, page: Page) -> str:
    """`Approve: post 2 lines, 50.00 EUR`."""
    receipt = preview_of(request, page)
    parts = [f"post {len(receipt.lines)} lines"] if receipt and receipt.lines else []
    parts += [money_text(request.amount_minor, request.currency)] if request.currency and request.amount_minor else []
    return f"Approve: {', '.join(parts)}" if parts else f"Approve {kind_words(request.kind)}"
