"""Above which amount an answer to a dispute needs a second person (X6): read here, changed only by an approved request (S1)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from disputes.models import DisputePolicy
from disputes.operations.settings import DISPUTE_POLICY
from ledger.admin.accounts.proposing import amount_of
from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, View, money_cell, money_field, reason_field
from ledger.admin.story import past_of
from ledger.admin.thresholds import IN_FORCE, MAY, asked
from ledger.models import LegalEntity
from ledger.money import format_major, get_asset, money_text
from ledger.operations.settings_changes import Scope, propose_change

Data = Mapping[str, Any]
APPROVER = "Another person, with the permission to approve policies"
WORDS = "Two people above"


def _ask(entity: LegalEntity, currency: str, data: Data, page: Page) -> Done:
    after = {"four_eyes_above_minor": amount_of(data["above"], currency)}
    key, scope = {"entity": entity.code, "currency": currency}, Scope(entity_id=entity.pk, currency=currency)
    return asked(propose_change(DISPUTE_POLICY, key=key, after=after, reason=data["reason"], maker=page.actor, now=page.now, scope=scope))


def _create(obj: Any, data: Data, page: Page) -> Done:
    return _ask(LegalEntity.objects.get(code=data["entity"]), data["currency"].strip().upper(), data, page)


def _change(policy: DisputePolicy, data: Data, page: Page) -> Done:
    return _ask(policy.entity, policy.currency, data, page)


def _new_fields(obj: Any, page: Page) -> dict[str, forms.Field]:
    entities = list(LegalEntity.objects.order_by("code").values_list("code", "name"))
    return {
        "entity": forms.ChoiceField(label="Legal entity", choices=entities),
        "currency": forms.CharField(label="Currency", max_length=16),
        "above": forms.CharField(label=WORDS, max_length=40),
        "reason": reason_field(),
    }


def _fields(policy: DisputePolicy, page: Page) -> dict[str, forms.Field]:
    initial = format_major(int(policy.four_eyes_above_minor), get_asset(policy.currency))
    return {"above": money_field(WORDS, policy.currency, initial=initial), "reason": reason_field()}


def _said(policy: Any) -> str:
    return f"{WORDS.lower()} {money_text(policy.four_eyes_above_minor, policy.currency)}"


@admin.register(DisputePolicy)
class DisputePolicyAdmin(OpsAdmin):
    frame = ListFrame(
        question="Above which amount do two people answer a dispute?",
        columns=(
            Column("Entity", lambda row, page: row.entity.name, kind="name", area="a"),
            Column("Currency", lambda row, page: row.currency, area="b"),
            Column(WORDS, lambda row, page: money_cell(row.four_eyes_above_minor, row.currency), kind="num", area="d"),
        ),
        views=(View("all", "All", lambda rows, page: rows),),
        order=("entity__code", "currency"),
        related=("entity",),
        done_words="No policy is set: every answer needs a second person.",
    )
    list_acts = (Act("new", "Ask for a policy…", MAY, _create, kind="primary", title="Ask for a new policy", fields=_new_fields),)
    acts = (
        Act("change", "Ask to change…", MAY, _change, kind="primary", title="Ask to change this policy", fields=_fields, approver=APPROVER),
    )

    def list_words(self) -> str:
        return "Dispute policies"

    def heading(self, obj: Any) -> str:
        return "Dispute policy"

    def rows(self, page: Page) -> QuerySet[Any]:
        return DisputePolicy.objects.select_related("entity")

    def version_of(self, obj: DisputePolicy) -> str:
        return _said(obj)

    def record(self, obj: DisputePolicy, page: Page) -> Record:
        return Record(
            question="Above which amount do two people answer a dispute?",
            headline=f"{obj.entity.name}, {obj.currency}",
            chip=IN_FORCE,
            facts=[Fact(WORDS, money_cell(int(obj.four_eyes_above_minor), obj.currency))],
            main=[past_of(obj, _said, page)],
        )
