"""Runs (R4 to R9, UX 4.8): do our books, the PSP and the bank agree for this account and day, and if not, by how much?"""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from cashier.models import BankAccount, MerchantAccount
from ledger.admin.frames import (
    Column,
    Fact,
    Filter,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    Term,
    View,
    chip_cell,
    get_chip,
    moment_cell,
    money_cell,
    ref_cell,
    when_cell,
)
from ledger.admin.frames.cells import NOT_THERE
from ledger.admin.frames.records import proof, table, timeline, values
from ledger.admin.story import transition_events
from reconciliation.admin.proofs import batch_proof
from reconciliation.admin.run_again import RUN_AGAIN
from reconciliation.models import BankStatement, Match, ReasonCode, ReconciliationRun, RunState, SettlementBatch
from reconciliation.queries.matching_rules import used_by

Rows = QuerySet[Any]


def _residual(run: ReconciliationRun, page: Page) -> str:
    if not run.residuals:
        return NOT_THERE
    cells = ((_residual_cell(each),) for each in run.residuals)
    return format_html_join(" ", "{}", cells)


def _residual_cell(each: dict[str, Any]) -> str:
    amount = int(each["amount_minor"])
    cell = money_cell(amount, each["currency"])
    return format_html('<span class="ops-due ops-due-bad">{}</span>', cell) if amount else cell


def _share(run: ReconciliationRun) -> str:
    return f"{100 * run.matched / run.lines:.1f} %" if run.lines else "—"


def _cases(run: ReconciliationRun) -> int:
    return sum(int(count) for count in run.cases.values())


def accounts() -> list[tuple[str, str]]:
    codes = [*MerchantAccount.objects.values_list("code", flat=True), *BankAccount.objects.values_list("code", flat=True)]
    return [(code, code) for code in sorted(codes)]


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(OpsAdmin):
    frame = ListFrame(
        question="Do books, PSP and bank agree?",
        columns=(
            Column("Account", lambda row, page: row.account_code, kind="name", area="a"),
            Column("Business day", lambda row, page: f"{row.date.day} {row.date:%b %Y}", area="c"),
            Column("State", lambda row, page: chip_cell("run", row.state), area="b"),
            Column("Lines", lambda row, page: f"{row.lines:,}", kind="num", area="more"),
            Column("Matched", lambda row, page: _share(row), kind="num", area="more"),
            Column("Residual", _residual, kind="num", area="d"),
            Column("Cases", lambda row, page: str(_cases(row)), kind="num", area="more"),
            Column("Started", lambda row, page: when_cell(row.started_at, page.now), area="late"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows),
            View("residual", "Not zero", lambda rows, page: rows.exclude(residuals=[]).filter(pk__in=_not_zero(rows)), urgent=True),
            View("running", "Running", lambda rows, page: rows.filter(state__in=[RunState.RUNNING, RunState.PENDING])),
            View("failed", "Failed", lambda rows, page: rows.filter(state=RunState.FAILED), urgent=True),
        ),
        order=("-date", "account_code"),
        filters=(
            Filter("account_code", "Account", choices=accounts),
            Filter("date", "Business day", kind="date"),
            Filter("state", "State", choices=lambda: [(state.value, get_chip("run", state.value).word) for state in RunState]),
        ),
        done_words="No run yet: a run begins when a report or statement is in.",
    )

    acts = (RUN_AGAIN,)

    def list_words(self) -> str:
        return "Reconciliation runs"

    def heading(self, obj: Any) -> str:
        return "Reconciliation"

    def record(self, obj: ReconciliationRun, page: Page) -> Record:
        facts = [
            Fact("Lines", f"{obj.lines:,}"),
            Fact("Matched", f"{obj.matched:,} ({_share(obj)})"),
            Fact("Carried forward", f"{obj.carried_forward:,}"),
            Fact("Suggested", f"{obj.suggested:,}"),
            Fact("Residual", _residual(obj, page), "bad" if any(int(each["amount_minor"]) for each in obj.residuals) else ""),
            Fact("Took", f"{obj.seconds.normalize():f} s" if obj.finished_at else "—"),
        ]
        return Record(
            question="Do our books, the PSP and the bank agree, and if not, by how much?",
            headline=f"{obj.account_code} · {obj.date.day} {obj.date:%b %Y}",
            code=obj.public_id,
            chip=get_chip("run", obj.state),
            notice=obj.error,
            facts=facts,
            main=[*_proofs(obj), _categories(obj)],
            side=[
                _rules(obj),
                values(
                    "Run",
                    [
                        ("Started", moment_cell(obj.started_at, page.now)),
                        ("Finished", moment_cell(obj.finished_at, page.now)),
                        ("Times run", str(obj.times_run)),
                        ("Matching rules", _rules_used(obj)),
                    ],
                ),
                timeline(transition_events(obj, "run", page)),
            ],
        )


def _not_zero(rows: Rows) -> list[Any]:
    """Runs of the latest thousand whose residual is not zero: residuals are few and small, and read in Python."""
    recent = rows.exclude(residuals=[]).order_by("-date")[:1000]
    return [run.pk for run in recent if any(int(each["amount_minor"]) for each in run.residuals)]


def _proofs(obj: ReconciliationRun) -> list[Panel]:
    if obj.merchant_account is not None:
        batches = SettlementBatch.objects.filter(merchant_account=obj.merchant_account, business_date=obj.date).order_by(
            "currency", "number"
        )
        found = [batch_proof(batch) for batch in batches]
    else:
        statements = BankStatement.objects.filter(bank_account=obj.bank_account, closing_date=obj.date).order_by("index")
        found = [_statement_proof(statement) for statement in statements]
    return found or [Panel("Proof", "ops/text.html", {"paragraphs": ["Nothing was settled for this account and day."]})]


def _statement_proof(statement: BankStatement) -> Panel:
    moved = statement.closing_minor - statement.opening_minor
    left = [
        Term("Opening balance", statement.opening_minor),
        Term("Booked lines", moved, statement.lines),
        Term("= closing balance", statement.opening_minor + moved, kind="total"),
    ]
    right = [Term("The statement says", statement.closing_minor)]
    return proof(f"Statement {statement.number or statement.index}", statement.currency, left, right, 0)


def _categories(obj: ReconciliationRun) -> Panel:
    titles = dict(ReasonCode.objects.filter(pk__in=obj.cases).values_list("code", "title"))
    link = f"{reverse('admin:reconciliation_exceptioncase_changelist')}?view=open&run={obj.public_id}"
    rows = [
        [
            titles.get(code, code),
            format_html("<code>{}</code>", code),
            format_html('<a class="ops-link" href="{}&reason={}">{}</a>', link, code, count),
        ]
        for code, count in sorted(obj.cases.items())
    ]
    return table("What does not agree", [("What", "text"), ("Code", "text"), ("Cases", "num")], rows, empty="Everything agrees: no case.")


def _rules_used(obj: ReconciliationRun) -> str:
    """The version that it used when it was run last (R15)."""
    used = used_by(obj)
    return format_html("v{} {}", used.rules.version, ref_cell(used.rules.public_id)) if used else NOT_THERE


def _rules(obj: ReconciliationRun) -> Panel:
    counted = (
        Match.objects.filter(run=obj, undone_at=None).order_by().values("rule").annotate(count=Count("pk")) if obj.lines <= 200_000 else []
    )
    rows = [[row["rule"], f"{row['count']:,}"] for row in sorted(counted, key=lambda row: -row["count"])]
    return table("Matched by rule", [("Rule", "text"), ("Lines", "num")], rows, empty="No match is stored for this run.")
