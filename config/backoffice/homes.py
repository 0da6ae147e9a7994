"""The home page of each role (UX 4.1): first the table of what waits for this person, worst first; zero rows stay, quietly."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Min, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from cashier.models import Attempt, PayoutIntent, PspCall, PspEventWork
from disputes.models import Dispute
from disputes.models.disputes import ANSWERABLE_STATES
from ledger.admin.approvals import kinds_of
from ledger.admin.frames import Chip, Page, Tone, page_of
from ledger.admin.frames.keyset import CAP, capped_count
from ledger.admin.frames.text import due_text, duration_text
from ledger.models import ApprovalRequest, AuditRecord, AuditSeal
from reconciliation.admin.trust import figures_now
from reconciliation.models import CloseState, DailyClose, ExceptionCase, FileState, ReconciliationRun, RunState, SourceFile
from reconciliation.models.cases import LIVE_STATES

SOON = timedelta(hours=2)
ANSWER_SOON = timedelta(hours=72)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the table. `sums` are (minor units, currency); `age` says how old the oldest is, or when the next is due."""

    words: str
    count: str
    link: str
    chip: Chip
    sums: list[tuple[int, str]] = field(default_factory=list)
    age: str = ""

    @property
    def is_clear(self) -> bool:
        return self.count == "0"


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the home page: `waiting` rows by what this person may see, and the words for an empty table."""
    page = page_of(request)
    rows = [row(page) for needed, row in ROWS if all(page.may(permission) for permission in needed)]
    busy = [row for row in rows if not row.is_clear]
    clear = [row for row in rows if row.is_clear]
    roles = sorted(page.user.groups.values_list("name", flat=True))
    own = {"waiting": [*busy, *clear], "busy": len(busy), "roles": roles, "page_now": page.now, "next_due": _next_due(page)}
    return {**context, **own, "title": "Home"}


def late_cases(request: HttpRequest) -> str:
    """Badge of the sidebar; nothing where nothing is late."""
    now = page_of(request).now
    late = capped_count(ExceptionCase.objects.filter(state__in=LIVE_STATES, due_at__lte=now), 999)
    return str(late) if late.number else ""


def waiting_approvals(request: HttpRequest) -> str:
    """Badge of the sidebar: what this person did not ask for themselves and nobody has decided."""
    count = _approvals_for(page_of(request)).count()
    return str(count) if count else ""


def _late(page: Page) -> Waiting:
    rows = ExceptionCase.objects.filter(state__in=LIVE_STATES, due_at__lte=page.now)
    return _cases(rows, page, "exceptions past their due time", "late", Chip(Tone.BAD, "alarm", "Late"))


def _soon(page: Page) -> Waiting:
    rows = ExceptionCase.objects.filter(state__in=LIVE_STATES, due_at__gt=page.now, due_at__lte=page.now + SOON)
    return _cases(rows, page, "exceptions due in the next 2 hours", "soon", Chip(Tone.ATTENTION, "schedule", "Due soon"))


def _unassigned(page: Page) -> Waiting:
    rows = ExceptionCase.objects.filter(state__in=LIVE_STATES, assignee=None)
    return _cases(rows, page, "exceptions that nobody has taken", "unassigned", Chip(Tone.ATTENTION, "person_off", "Unassigned"))


def _mine(page: Page) -> Waiting:
    rows = ExceptionCase.objects.filter(state__in=LIVE_STATES, assignee=page.user)
    return _cases(rows, page, "exceptions assigned to me", "mine", Chip(Tone.MOVING, "person", "Mine"))


def _cases(rows: QuerySet[ExceptionCase], page: Page, words: str, view: str, chip: Chip) -> Waiting:
    """Count, sums and oldest from one read of the first rows by due time."""
    first = list(rows.order_by("due_at").values_list("due_at", "currency", "amount_minor")[: CAP + 1])
    sums: dict[str, int] = {}
    for _, code, amount in first:
        sums[code] = sums.get(code, 0) + int(amount)
    due = first[0][0] if first else None
    age = "" if due is None else f"oldest {due_text(due, page.now)}" if due <= page.now else f"next {due_text(due, page.now)}"
    link = f"{reverse('admin:reconciliation_exceptioncase_changelist')}?view={view}"
    count = f"{CAP:,}+" if len(first) > CAP else f"{len(first):,}"
    return Waiting(words, count, link, chip, [(total, code) for code, total in sorted(sums.items())], age)


def _approvals_for(page: Page) -> QuerySet[ApprovalRequest]:
    open_requests = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING, expires_at__gt=page.now)
    return (
        open_requests.filter(kind__in=kinds_of(page))
        .exclude(maker_kind="user", maker_id=str(page.user.pk))
        .exclude(decisions__checker=page.user)
    )


def _approvals(page: Page) -> Waiting:
    rows = _approvals_for(page)
    link = f"{reverse('admin:ledger_approvalrequest_changelist')}?view=me"
    return Waiting(
        "requests that need a second person",
        str(capped_count(rows)),
        link,
        Chip(Tone.ATTENTION, "group", "To decide"),
        age=_oldest(rows, "requested_at", page),
    )


def _asked(page: Page) -> Waiting:
    rows = ApprovalRequest.objects.filter(state=ApprovalRequest.State.PENDING, maker_kind="user", maker_id=str(page.user.pk))
    link = f"{reverse('admin:ledger_approvalrequest_changelist')}?view=mine"
    return Waiting(
        "my requests that others have not decided",
        str(capped_count(rows)),
        link,
        Chip(Tone.MOVING, "hourglass_top", "Asked"),
        age=_oldest(rows, "requested_at", page),
    )


def _payouts(page: Page) -> Waiting:
    rows = PayoutIntent.objects.filter(state=PayoutIntent.State.UNDER_REVIEW)
    link = f"{reverse('admin:cashier_payoutintent_changelist')}?view=decide"
    return Waiting(
        "payouts that wait for a decision",
        str(capped_count(rows)),
        link,
        Chip(Tone.ATTENTION, "outbox", "To decide"),
        _sums(rows),
        _oldest(rows, "created_at", page),
    )


def _disputes(page: Page) -> Waiting:
    rows = Dispute.objects.filter(state__in=ANSWERABLE_STATES, answer_by__lte=page.now + ANSWER_SOON)
    due = rows.aggregate(due=Min("answer_by"))["due"]
    link = f"{reverse('admin:disputes_dispute_changelist')}?view=due"
    return Waiting(
        "disputes to answer within 72 hours",
        str(capped_count(rows)),
        link,
        Chip(Tone.BAD, "gavel", "Answer"),
        _sums(rows),
        f"next {due_text(due, page.now)}" if due else "",
    )


def _dead(page: Page) -> Waiting:
    rows = PspEventWork.objects.filter(state=PspEventWork.State.DEAD)
    link = f"{reverse('admin:cashier_pspevent_changelist')}?view=dead"
    return Waiting("PSP events heard and not applied", str(capped_count(rows)), link, Chip(Tone.BAD, "webhook", "Dead"))


def _unknown(page: Page) -> Waiting:
    rows = Attempt.objects.filter(call_state=PspCall.CallState.UNKNOWN)
    link = f"{reverse('admin:cashier_attempt_changelist')}?view=unknown"
    return Waiting(
        "attempts whose outcome the PSP has not told",
        str(capped_count(rows)),
        link,
        Chip(Tone.ATTENTION, "question_mark", "Unknown"),
        age=_oldest(rows, "sent_at", page),
    )


def _close(page: Page) -> Waiting:
    rows = DailyClose.objects.exclude(state=CloseState.SIGNED_OFF)
    oldest = rows.aggregate(day=Min("business_date"))["day"]
    link = f"{reverse('admin:reconciliation_dailyclose_changelist')}?view=open"
    return Waiting(
        "days not signed off",
        str(capped_count(rows)),
        link,
        Chip(Tone.ATTENTION, "event_available", "To sign"),
        age=f"oldest {oldest.day} {oldest:%b %Y}" if oldest else "",
    )


def _residuals(page: Page) -> Waiting:
    rows = ReconciliationRun.objects.filter(date__gte=page.now.date() - WEEK).exclude(residuals=[])
    broken = [run for run in rows[:500] if any(int(each["amount_minor"]) for each in run.residuals)]
    sums: dict[str, int] = {}
    for run in broken:
        for each in run.residuals:
            sums[each["currency"]] = sums.get(each["currency"], 0) + int(each["amount_minor"])
    link = f"{reverse('admin:reconciliation_reconciliationrun_changelist')}?view=residual"
    return Waiting(
        "runs of this week that do not agree",
        str(len(broken)),
        link,
        Chip(Tone.BAD, "rule", "Differs"),
        [(amount, code) for code, amount in sorted(sums.items())],
    )


def _trust(page: Page) -> Waiting:
    """The one figure (L17), by what spoils it; the worst currency says how much."""
    figures = [figure for _, _, found in figures_now(page) for figure in found]
    spoilt = [figure for figure in figures if figure.spoilers]
    worst = min(spoilt, key=lambda figure: figure.good_minor * 10**9 // figure.value_minor, default=None)
    age = f"{worst.percent} % of {worst.asset} returned in time" if worst else "all of it returned in time"
    sums = [(sum(spoiler.unit.value_minor for spoiler in figure.spoilers), figure.asset) for figure in spoilt]
    number = sum(len(figure.spoilers) for figure in spoilt)
    chip = Chip(Tone.ATTENTION, "balance", "Clearing")
    return Waiting("payments and batches that spoil clearing, 7 days", f"{number:,}", reverse("admin:trust"), chip, sums, age)


def _runs(page: Page) -> Waiting:
    rows = ReconciliationRun.objects.filter(state=RunState.FAILED)
    link = f"{reverse('admin:reconciliation_reconciliationrun_changelist')}?view=failed"
    return Waiting("runs that failed", str(capped_count(rows)), link, Chip(Tone.BAD, "error", "Failed"))


def _files(page: Page) -> Waiting:
    rows = SourceFile.objects.filter(state=FileState.REFUSED)
    link = f"{reverse('admin:reconciliation_sourcefile_changelist')}?view=refused"
    return Waiting(
        "files that were refused", str(capped_count(rows)), link, Chip(Tone.BAD, "draft", "Refused"), age=_oldest(rows, "received_at", page)
    )


def _sealing(page: Page) -> Waiting:
    head = AuditSeal.objects.order_by("-position").values_list("record_id", flat=True).first() or 0
    behind = AuditRecord.objects.filter(pk__gt=head)
    return Waiting(
        "audit records not yet in the chain",
        str(capped_count(behind)),
        reverse("admin:ledger_auditrecord_changelist"),
        Chip(Tone.MOVING, "link", "Sealing"),
        age=_oldest(behind, "recorded_at", page),
    )


def _sums(rows: QuerySet[Any]) -> list[tuple[int, str]]:
    found = rows.order_by("currency").values("currency").annotate(total=Sum("amount_minor"))
    return [(int(row["total"]), row["currency"]) for row in found]


def _oldest(rows: QuerySet[Any], name: str, page: Page) -> str:
    first = rows.aggregate(first=Min(name))["first"]
    return f"oldest {duration_text(page.now - first)}" if first else ""


def _next_due(page: Page) -> Any:
    return ExceptionCase.objects.filter(Q(state__in=LIVE_STATES) & Q(due_at__gt=page.now)).aggregate(due=Min("due_at"))["due"]


# Permission that a row needs -> the row, worst first. A role sees the rows of what it may act on or must look at.
ROWS: list[tuple[tuple[str, ...], Callable[[Page], Waiting]]] = [
    (("reconciliation.work_case",), _late),
    (("reconciliation.work_case",), _soon),
    (("cashier.approve_payout",), _payouts),
    (("disputes.submit_dispute",), _disputes),
    (("ledger.view_approvalrequest",), _approvals),
    (("reconciliation.sign_close",), _close),
    (("reconciliation.view_reconciliationrun",), _residuals),
    (("reconciliation.view_reconciliationrun",), _trust),
    (("reconciliation.view_reconciliationrun",), _runs),
    (("reconciliation.view_sourcefile",), _files),
    (("reconciliation.work_case",), _mine),
    (("reconciliation.work_case",), _unassigned),
    (("cashier.view_pspevent",), _dead),
    (("cashier.view_attempt",), _unknown),
    (("ledger.view_approvalrequest",), _asked),
    (("ledger.view_auditrecord",), _sealing),
]
