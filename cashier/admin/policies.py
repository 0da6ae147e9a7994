"""From which amounts payouts are reviewed (P4): read here, changed only by an approved request (S1)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from cashier.admin.account_acts import APPROVER, MAY, asked
from cashier.models import Brand, PayoutPolicy
from cashier.operations.settings import PAYOUT_POLICY
from ledger.admin.accounts.proposing import amount_of
from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, View, money_cell, money_field, reason_field
from ledger.admin.story import past_of
from ledger.admin.thresholds import IN_FORCE
from ledger.money import format_major, get_asset
from ledger.operations.settings_changes import Scope, propose_change

Data = Mapping[str, Any]
WORDS = {
    "review_above_minor": "One person above",
    "review_week_above_minor": "One person above, in 7 days",
    "second_review_above_minor": "Two people above",
    "player_fee_minor": "Fee that the player bears",
}


def _amounts(policy: PayoutPolicy | None) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for name, words in WORDS.items():
        if policy is None:
            fields[name] = forms.CharField(label=words, required=name != "player_fee_minor", max_length=40)
        else:
            initial = format_major(int(getattr(policy, name)), get_asset(policy.currency))
            fields[name] = money_field(words, policy.currency, initial=initial)
    return {**fields, "reason": reason_field()}


def _new_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    brands = [(code, name) for code, name in Brand.objects.order_by("name").values_list("code", "name")]
    currency = forms.CharField(label="Currency", max_length=16)
    return {"brand": forms.ChoiceField(label="Brand", choices=brands), "currency": currency, **_amounts(None)}


def _ask(brand: str, currency: str, data: Data, page: Page) -> Done:
    after = {name: amount_of(data[name] or "0", currency) for name in WORDS}
    scope = Scope(currency=currency, brand=brand)
    key = {"brand": brand, "currency": currency}
    return asked(propose_change(PAYOUT_POLICY, key=key, after=after, reason=data["reason"], maker=page.actor, now=page.now, scope=scope))


def _create(obj: Any, data: Data, page: Page) -> Done:
    return _ask(data["brand"], data["currency"].strip().upper(), data, page)


def _change(policy: PayoutPolicy, data: Data, page: Page) -> Done:
    return _ask(policy.brand.code, policy.currency, data, page)


def _said(policy: Any) -> str:
    return ", ".join(
        f"{words.lower()} {format_major(int(getattr(policy, name)), get_asset(policy.currency))}" for name, words in WORDS.items()
    )


@admin.register(PayoutPolicy)
class PayoutPolicyAdmin(OpsAdmin):
    frame = ListFrame(
        question="From which amount is a payout reviewed?",
        columns=(
            Column("Brand", lambda row, page: row.brand.name, kind="name", area="a"),
            Column("Currency", lambda row, page: row.currency, area="b"),
            Column("One above", lambda row, page: money_cell(row.review_above_minor, row.currency), kind="num", area="d"),
            Column("In 7 days", lambda row, page: money_cell(row.review_week_above_minor, row.currency), kind="num", area="late"),
            Column("Two above", lambda row, page: money_cell(row.second_review_above_minor, row.currency), kind="num", area="c"),
            Column("Fee", lambda row, page: money_cell(row.player_fee_minor, row.currency), kind="num", area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("brand__code", "currency"),
        related=("brand",),
        done_words="No policy is set: every payout is reviewed.",
    )
    list_acts = (Act("new", "Ask for a policy…", MAY, _create, kind="primary", title="Ask for a new policy", fields=_new_fields),)
    acts = (
        Act("change", "Ask to change…", MAY, _change, kind="primary", title="Ask to change this policy",
            fields=lambda row, page: _amounts(row), approver=APPROVER),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Payout policies"

    def heading(self, obj: Any) -> str:
        return "Payout policy"

    def rows(self, page: Page) -> QuerySet[Any]:
        return PayoutPolicy.objects.select_related("brand")

    def version_of(self, obj: PayoutPolicy) -> str:
        return _said(obj)

    def record(self, obj: PayoutPolicy, page: Page) -> Record:
        facts = [Fact(words, money_cell(int(getattr(obj, name)), obj.currency)) for name, words in WORDS.items()]
        return Record(
            question="From which amount is a payout reviewed?",
            headline=f"{obj.brand.name}, {obj.currency}",
            chip=IN_FORCE,
            facts=facts,
            main=[past_of(obj, _said, page)],
        )
