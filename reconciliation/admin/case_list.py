"""The exception queue (E5, UX 4.2): which problem do I take next? Its order is the due time, never "newest"."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html

from cashier.models import BankAccount, MerchantAccount
from ledger.admin.frames import Column, Filter, ListFrame, Page, View, chip_cell, due_cell, get_chip, money_cell, states_of, when_cell
from ledger.admin.frames.filters import BadFilter
from ledger.admin.people import people, person_words
from ledger.models import User
from reconciliation.admin.case_views import kept_views
from reconciliation.models import CaseState, ExceptionCase, ReasonCode, ReconciliationRun, Severity, Team
from reconciliation.models.cases import ENDED_STATES, LIVE_STATES
from reconciliation.models.reasons import severity_rank

SOON = timedelta(hours=2)
NOBODY = "nobody"
BEFORE = timedelta(days=7)  # zones, and papers that are dated ahead
Rows = QuerySet[Any]


def live(rows: Rows) -> Rows:
    return rows.filter(state__in=LIVE_STATES)


def _late(rows: Rows, page: Page) -> Rows:
    return live(rows).filter(due_at__lte=page.now)


def _soon(rows: Rows, page: Page) -> Rows:
    return live(rows).filter(due_at__gt=page.now, due_at__lte=page.now + SOON)


VIEWS = (
    View("late", "Late", _late, urgent=True),
    View("soon", "Due < 2 h", _soon),
    View("mine", "Mine", lambda rows, page: live(rows).filter(assignee=page.user)),
    View("unassigned", "Unassigned", lambda rows, page: live(rows).filter(assignee=None)),
    View("proposed", "Waiting for approval", lambda rows, page: rows.filter(state=CaseState.PROPOSED)),
    View("open", "All open", lambda rows, page: live(rows)),
    View("ended", "Ended", lambda rows, page: rows.filter(state__in=ENDED_STATES), counted=False, order=("-number",)),
)


def _people() -> list[tuple[str, str]]:
    users = User.objects.filter(is_staff=True, is_active=True).prefetch_related("groups").order_by("first_name")
    return [(NOBODY, "Nobody"), *((str(user.pk), person_words(user)) for user in users)]


def _assigned_to(rows: Rows, value: str) -> Rows:
    return rows.filter(assignee=None) if value == NOBODY else rows.filter(assignee_id__in=[user for user, _ in _people() if user == value])


def _of_run(rows: Rows, value: str) -> Rows:
    run = ReconciliationRun.objects.filter(pk=ReconciliationRun.id_of(value)).first() if value.startswith("run_") else None
    if run is None:
        return rows.none()
    return rows.filter(business_date=run.date, merchant_account=run.merchant_account, bank_account=run.bank_account)


def _since(rows: Rows, value: str) -> Rows:
    """No case is due before its business day; said so, the queue's order is read from there and not from its beginning."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadFilter(f"Business day from: {value} is not a day like 2026-11-20.") from None
    earliest = datetime.combine(max(day, date(1970, 1, 1)), time(0), tzinfo=UTC) - BEFORE
    return rows.filter(business_date__gte=day, due_at__gte=earliest)


def _as_severe(rows: Rows, value: str) -> Rows:
    """By the rank, which the queue is sorted by."""
    if value not in Severity.values:
        raise BadFilter(f"Severity: {value} is not one of the choices.")
    return rows.filter(severity_rank=severity_rank(value))


def _accounts() -> list[tuple[str, str]]:
    return [(str(pk), code) for pk, code in MerchantAccount.objects.order_by("code").values_list("pk", "code")]


def _banks() -> list[tuple[str, str]]:
    return [(str(pk), code) for pk, code in BankAccount.objects.order_by("code").values_list("pk", "code")]


def _providers() -> list[tuple[str, str]]:
    return [(name, name.capitalize()) for name in sorted(set(MerchantAccount.objects.values_list("provider", flat=True)))]


def _currencies() -> list[tuple[str, str]]:
    lists: Iterable[list[str]] = MerchantAccount.objects.values_list("currencies", flat=True)
    codes = {code for row in lists for code in row} | set(BankAccount.objects.values_list("currency", flat=True))
    return [(code, code) for code in sorted(codes)]


FILTERS = (
    Filter("reason", "Reason", lookup="reason_id", choices=lambda: ReasonCode.objects.values_list("code", "title")),
    Filter("owner_team", "Owner team", choices=lambda: Team.choices),
    Filter("assignee", "Assignee", choices=_people, narrow=_assigned_to),
    Filter("provider", "PSP", lookup="merchant_account__provider", choices=_providers),
    Filter("merchant_account", "Merchant account", choices=_accounts),
    Filter("bank_account", "Bank account", choices=_banks),
    Filter("currency", "Currency", choices=_currencies),
    Filter("state", "State", choices=lambda: [(state.value, get_chip("case", state.value).word) for state in CaseState]),
    Filter("severity", "Severity", choices=states_of(Severity), narrow=_as_severe),
    Filter("run", "Run (id)", kind="text", narrow=_of_run),
    Filter("amount_from", "At risk from", lookup="amount_minor__gte", kind="amount"),
    Filter("amount_to", "At risk up to", lookup="amount_minor__lte", kind="amount"),
    Filter("day_from", "Business day from", narrow=_since, kind="date"),
    Filter("day_to", "Business day up to", lookup="business_date__lte", kind="date"),
)


def search_cases(rows: Rows, text: str) -> Rows:
    """By case number, our reference, or the PSP's or bank's reference, each whole."""
    number = text.upper().removeprefix("CASE-")
    if number.isdecimal() and len(number) < 19:
        return rows.filter(number=int(number))
    return rows.filter(merchant_reference=text) | rows.filter(psp_reference=text) | rows.filter(bank_reference=text)


def account_code(case: ExceptionCase) -> str:
    """The PSP's account, else the bank's, else the entity."""
    account = case.merchant_account or case.bank_account
    return account.code if account else case.entity.code


def _what(case: ExceptionCase, page: Page) -> str:
    return format_html(
        '<span class="ops-what" title="{}">{}</span> <span class="ops-soft">· {}</span>',
        case.reason_id,
        case.reason.title,
        account_code(case),
    )


def _assignee(case: ExceptionCase, page: Page) -> str:
    return people(page).get(str(case.assignee_id), "—").partition(" (")[0] if case.assignee_id else "—"


def _severity(case: ExceptionCase, page: Page) -> str:
    chip = get_chip("severity", case.severity)
    return format_html('<span class="ops-due ops-due-{}">{}</span>', chip.tone.value, chip.word)


def _at_risk(case: ExceptionCase, page: Page) -> str:
    return money_cell(case.amount_minor, case.currency, trim=True)


FRAME = ListFrame(
    question="Which problem do I take next?",
    columns=(
        Column("Due", lambda case, page: due_cell(case.due_at, page.now, is_open=case.is_live), area="a", sort=("due", "due_at", "id")),
        Column("Severity", _severity, area="late", sort=("severity", "severity_rank", "due_at", "id")),
        Column("Case", lambda case, page: case.label, kind="name", area="more", sort=("case", "number")),
        Column("What is wrong", _what, area="c"),
        Column("At risk", _at_risk, kind="num", area="d", sort=("amount", "amount_minor", "id")),
        Column("State", lambda case, page: chip_cell("case", case.state), area="b"),
        Column("Assignee", _assignee),
        Column("Opened", lambda case, page: when_cell(case.opened_at, page.now), area="late", sort=("opened", "opened_at", "id")),
    ),
    views=VIEWS,
    order=("due_at", "id"),
    filters=FILTERS,
    amount="amount_minor",
    search=search_cases,
    search_hint="Case or reference",
    related=("reason", "merchant_account", "bank_account", "entity"),
    done_words="Nothing is here.",
    kept=kept_views,
    finds_first=True,
)
