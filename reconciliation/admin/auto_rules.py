"""Rules that end cases by themselves (E3): what each may do, what it did, and how often people took it back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.utils.html import format_html_join

from ledger.admin.frames import (
    Act,
    Chip,
    Column,
    Done,
    Fact,
    ListFrame,
    OpsAdmin,
    Page,
    Panel,
    Record,
    Tone,
    View,
    moment_cell,
    reason_field,
    ref_cell,
)
from ledger.admin.frames.cells import NOT_THERE, money_cell
from ledger.admin.frames.records import table
from ledger.admin.frames.text import money_text
from ledger.admin.story import past_of
from ledger.admin.thresholds import MAY, asked
from ledger.errors import ApprovalRefused
from ledger.ids import to_public
from ledger.models import ApprovalRequest
from ledger.money import format_major, get_asset, parse_minor
from ledger.operations.settings_changes import propose_change
from ledger.refusals import LedgerError
from reconciliation.models import AutoRule, RuleAct
from reconciliation.operations.settings import AUTO_RULE, RULE_CODES

DAYS = 30
SHOWN = 50
ON, OFF = Chip(Tone.GOOD, "check_circle", "On"), Chip(Tone.IDLE, "do_not_disturb_on", "Off")
DONE = {RuleAct.ENDED: "Ended", RuleAct.REOPENED: "Opened again by a person"}
HEADS = ("When", "What", "Case", "Code", "Version", "At risk", "Posted")
Measure = Mapping[str, Any]


def _limits_text(limits: Mapping[str, int]) -> str:
    return " ".join(f"{currency} {format_major(minor, get_asset(currency))}" for currency, minor in sorted(limits.items()))


def _limits_of(text: str) -> dict[str, int]:
    """`EUR 5.00 GBP 4.00` as minor units. Raises ApprovalRefused."""
    words = text.replace(",", " ").split()
    if not words or len(words) % 2:
        raise ApprovalRefused("Limits are written like EUR 5.00 GBP 4.00.")
    try:
        return {code.upper(): parse_minor(amount, get_asset(code.upper())) for code, amount in zip(words[::2], words[1::2], strict=True)}
    except LedgerError as wrong:
        raise ApprovalRefused("Limits are written like EUR 5.00 GBP 4.00.") from wrong


def _change(rule: AutoRule, data: Mapping[str, Any], page: Page) -> Done:
    after: dict[str, Any] = {"is_on": data["is_on"]}
    if rule.action:
        limits = {"each_minor": _limits_of(data["each"]), "month_minor": _limits_of(data["month"])}
        after |= {"reason_codes": sorted(data["reason_codes"]), **limits}
    return asked(propose_change(AUTO_RULE, key={"code": rule.code}, after=after, reason=data["reason"], maker=page.actor, now=page.now))


def _fields(rule: AutoRule, page: Page) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {"is_on": forms.BooleanField(label="On", initial=rule.is_on, required=False)}
    if rule.action:
        codes = [(code, code) for code in RULE_CODES[rule.action]]
        help_text = "Currency and amount, like EUR 5.00 GBP 4.00"
        fields |= {
            "each": forms.CharField(label="At most, one case", initial=_limits_text(rule.each_minor), help_text=help_text, max_length=200),
            "month": forms.CharField(label="At most, a month and entity", initial=_limits_text(rule.month_minor), max_length=200),
            "reason_codes": forms.MultipleChoiceField(
                label="Reason codes", choices=codes, initial=rule.reason_codes, widget=forms.CheckboxSelectMultiple
            ),
        }
    return {**fields, "reason": reason_field()}


def _said(rule: Any) -> str:
    """What a version of the rule says."""
    limits = f": {', '.join(rule.reason_codes)}, {_limits_text(rule.each_minor)} a case, {_limits_text(rule.month_minor)} a month"
    return f"version {rule.version}, {'on' if rule.is_on else 'off'}{limits if rule.action else ''}"


def _measures(page: Page) -> dict[str, list[Measure]]:
    """What every rule did in 30 days, by act and currency."""
    if "rule_acts" not in page.memo:
        rows = RuleAct.objects.filter(at__gt=page.now - timedelta(days=DAYS)).order_by().values("rule", "act", "currency")
        found: dict[str, list[Measure]] = {}
        for row in rows.annotate(count=Count("pk"), total=Sum("amount_minor")):
            found.setdefault(row["rule"], []).append(row)
        page.memo["rule_acts"] = found
    measures: dict[str, list[Measure]] = page.memo["rule_acts"]
    return measures


def _count(rule: AutoRule, act: str, page: Page) -> int:
    return sum(row["count"] for row in _measures(page).get(rule.code, ()) if row["act"] == act)


def _amounts(rule: AutoRule, page: Page) -> str:
    ended = [row for row in _measures(page).get(rule.code, ()) if row["act"] == RuleAct.ENDED]
    cells = ((money_cell(int(row["total"]), row["currency"], trim=True),) for row in sorted(ended, key=lambda row: row["currency"]))
    return format_html_join(" ", "{}", cells) or NOT_THERE


@admin.register(AutoRule)
class AutoRuleAdmin(OpsAdmin):
    frame = ListFrame(
        question="What ends cases without a person, and how often is it wrong?",
        columns=(
            Column("Rule", lambda row, page: row.title, kind="name", area="a"),
            Column("Version", lambda row, page: str(row.version), kind="num", area="late"),
            Column("May post", lambda row, page: "Yes" if row.action == "book_bank_charge" else "No", area="more"),
            Column("At most a case", lambda row, page: _limits_text(row.each_minor) or NOT_THERE, kind="num", area="c"),
            Column(f"Ended, {DAYS} days", lambda row, page: f"{_count(row, RuleAct.ENDED, page):,}", kind="num", area="d"),
            Column("At risk in them", _amounts, kind="num", area="late"),
            Column("Reopened", lambda row, page: f"{_count(row, RuleAct.REOPENED, page):,}", kind="num", area="more"),
            Column("State", lambda row, page: "On" if row.is_on else "Off", area="b"),
        ),
        views=(
            View("all", "All", lambda rows, page: rows),
            View("acting", "With limits", lambda rows, page: rows.exclude(action="")),
            View("off", "Off", lambda rows, page: rows.filter(is_on=False)),
        ),
        order=("rank", "code"),
    )
    acts = (
        Act(
            "change", "Ask to change…", MAY, _change, kind="primary", title="Ask to change this rule", fields=_fields,
            approver="Another person, with the permission to approve policies",
        ),
    )  # fmt: skip

    def key_of(self, object_id: str) -> str:
        return object_id

    def name_of(self, obj: Any) -> str:
        return str(obj.pk)

    def heading(self, obj: Any) -> str:
        return "Automatic rule"

    def list_words(self) -> str:
        return "Automatic rules"

    def rows(self, page: Page) -> QuerySet[Any]:
        return AutoRule.objects.all()

    def version_of(self, obj: AutoRule) -> str:
        return _said(obj)

    def record(self, obj: AutoRule, page: Page) -> Record:
        ended, reopened = _count(obj, RuleAct.ENDED, page), _count(obj, RuleAct.REOPENED, page)
        facts = [
            Fact("Version", str(obj.version)),
            Fact(f"Ended, {DAYS} days", f"{ended:,}"),
            Fact("At risk in them", _amounts(obj, page)),
            Fact("Reopened by people", f"{reopened:,}", "bad" if reopened else ""),
            Fact("Approved by", ref_cell(to_public(ApprovalRequest.PREFIX, obj.approval_id)) if obj.approval_id else NOT_THERE),
        ]
        if obj.action:
            facts[1:1] = [
                Fact("At most a case", _limits_text(obj.each_minor)),
                Fact("At most a month", _limits_text(obj.month_minor)),
                Fact("Reason codes", ", ".join(obj.reason_codes)),
            ]
        return Record(
            question="What may end a case by itself, and what did it end?",
            headline=obj.title,
            chip=ON if obj.is_on else OFF,
            sub=obj.explanation,
            facts=facts,
            main=[_did(obj, page), past_of(obj, _said, page)],
        )


def _did(rule: AutoRule, page: Page) -> Panel:
    acts = RuleAct.objects.filter(rule=rule.code).select_related("case").order_by("-id")[:SHOWN]
    rows = [
        [
            moment_cell(act.at, page.now), DONE[act.act], ref_cell(act.case.public_id), act.case.reason_id,
            str(act.version), money_text(act.amount_minor, act.currency),
            format_html_join(" ", "{}", ((ref_cell(posted),) for posted in act.posted)) or NOT_THERE,
        ]
        for act in acts
    ]  # fmt: skip
    heads = [(word, "num" if word in ("Version", "At risk") else "text") for word in HEADS]
    return table("What it did", heads, rows, empty="It ended no case yet.", note=f"the last {SHOWN}")
