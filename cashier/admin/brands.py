"""Brands: which licence a region asks for, and how payers are compared (C10, K10). Read here, changed only by approved requests (S1)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin

from cashier.admin.account_acts import APPROVER, MAY, asked
from cashier.models import Brand, PayerPolicy
from cashier.operations.settings import BRAND_LICENCES, PAYER_POLICY
from cashier.refusals import Invalid
from ledger.admin.frames import Act, Column, Done, Fact, ListFrame, OpsAdmin, Page, Record, View, reason_field
from ledger.admin.frames.records import table, values
from ledger.admin.story import past_of
from ledger.admin.thresholds import IN_FORCE
from ledger.operations.settings_changes import Scope, propose_change

Data = Mapping[str, Any]


def payer_policy(brand: Brand) -> PayerPolicy:
    """As it holds: the defaults where the brand has none of its own."""
    return PayerPolicy.objects.filter(brand=brand).first() or PayerPolicy(brand=brand)


def licence_words(brand: Brand) -> str:
    """`MT: MGA, elsewhere: CUR`."""
    rows = sorted(brand.licences.items(), key=lambda row: (row[0] == "*", row[0]))
    return ", ".join(f"{'elsewhere' if region == '*' else region}: {licence}" for region, licence in rows) or "none asked for"


def _licence_fields(brand: Brand, page: Page) -> dict[str, forms.Field]:
    text = "\n".join(f"{region}={licence}" for region, licence in sorted(brand.licences.items()))
    words = "One a line: MT=MGA; *=CUR for elsewhere. Empty asks for none; a region that is not named, without *, takes no payments."
    box = forms.Textarea({"rows": 5})
    return {
        "licences": forms.CharField(label="Licences", required=False, initial=text, max_length=2000, widget=box, help_text=words),
        "merchant_category": forms.RegexField(r"^\d{4}$", label="Merchant category", required=False, initial=brand.merchant_category),
        "reason": reason_field(),
    }


def read_licences(text: str) -> dict[str, str]:
    """`MT=MGA`, one a line. Raises Invalid."""
    rows = [[part.strip().upper() for part in line.split("=")] for line in text.splitlines() if line.strip()]
    if not all(len(row) == 2 and all(row) for row in rows) or len({row[0] for row in rows}) < len(rows):
        raise Invalid("Each line names one region, once, and its licence: MT=MGA.", field="licences", rule="form")
    return {row[0]: row[1] for row in rows}


def _ask_licences(brand: Brand, data: Data, page: Page) -> Done:
    after = {"licences": read_licences(data["licences"]), "merchant_category": data["merchant_category"]}
    return _asked(BRAND_LICENCES, brand, after, data, page)


def _payer_fields(brand: Brand, page: Page) -> dict[str, forms.Field]:
    policy = payer_policy(brand)
    words = "0 to 100; an initial counts 92, a letter or two wrong about 95."
    return {
        "name_threshold": forms.IntegerField(
            label="Two names are one from", min_value=50, max_value=100, initial=policy.name_threshold, help_text=words
        ),
        "unknown": forms.ChoiceField(
            label="What can't be compared", choices=PayerPolicy.Unknown.choices, initial=policy.unknown,
            help_text="The rail names a payer, and the player's name is not known.",
        ),
        "reason": reason_field(),
    }  # fmt: skip


def _ask_payers(brand: Brand, data: Data, page: Page) -> Done:
    return _asked(PAYER_POLICY, brand, {name: data[name] for name in ("name_threshold", "unknown")}, data, page)


def _asked(setting: Any, brand: Brand, after: dict[str, Any], data: Data, page: Page) -> Done:
    scope = Scope(entity_id=brand.entity_id, brand=brand.code)
    return asked(
        propose_change(setting, key={"brand": brand.code}, after=after, reason=data["reason"], maker=page.actor, now=page.now, scope=scope)
    )


def _said(brand: Any) -> str:
    return f"licences {licence_words(brand)}, category {brand.merchant_category or 'any'}, late money {brand.late_money.lower()}"


@admin.register(Brand)
class BrandAdmin(OpsAdmin):
    frame = ListFrame(
        question="Under which licences does each brand take payments?",
        columns=(
            Column("Brand", lambda row, page: row.name, kind="name", area="a"),
            Column("Code", lambda row, page: row.code, area="b"),
            Column("Entity", lambda row, page: row.entity.name, area="c"),
            Column("Licences", lambda row, page: licence_words(row), area="d"),
            Column("Merchant category", lambda row, page: row.merchant_category or "any", area="late"),
        ),
        views=(View("all", "All", lambda rows, page: rows, counted=False),),
        order=("code",),
        related=("entity",),
        done_words="No brand yet.",
    )
    acts = (
        Act("payers", "Ask how payers are compared…", MAY, _ask_payers, kind="menu", title="Ask to change how payers are compared",
            fields=_payer_fields, approver=APPROVER),
        Act("licences", "Ask to change licences…", MAY, _ask_licences, kind="primary", title="Ask to change the licences",
            fields=_licence_fields, approver=APPROVER),
    )  # fmt: skip

    def list_words(self) -> str:
        return "Brands"

    def heading(self, obj: Any) -> str:
        return "Brand"

    def version_of(self, obj: Brand) -> str:
        policy = payer_policy(obj)
        return f"{_said(obj)} {policy.name_threshold} {policy.unknown}"

    def record(self, obj: Brand, page: Page) -> Record:
        policy = payer_policy(obj)
        rows = [["elsewhere" if region == "*" else region, licence] for region, licence in sorted(obj.licences.items())]
        payers = [("Two names are one from", f"{policy.name_threshold} of 100"), ("What can't be compared", policy.get_unknown_display())]
        return Record(
            question="Under which licences does this brand take payments?",
            headline=f"{obj.name}: {licence_words(obj)}",
            code=obj.public_id,
            chip=IN_FORCE,
            facts=[Fact("Code", obj.code), Fact("Entity", obj.entity.name), Fact("Merchant category", obj.merchant_category or "any")],
            main=[table("Licences", [("Region", "text"), ("Licence", "text")], rows, empty="None asked for."), past_of(obj, _said, page)],
            side=[values("Payers", payers, note="who paid, compared with the player")],
        )
