"""Dialogs of a draft: a rule from dropdowns, and back to what is stored (C12)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cashier.models import Brand, MerchantAccount, RoutingRules
from cashier.queries.rails import rails_in_force
from cashier.refusals import Invalid
from cashier.routing.policies import NAMES_ACCOUNTS, Effect
from ledger.admin.accounts.proposing import amount_of
from ledger.admin.frames import Page
from ledger.money import format_major, get_asset
from ledger.refusals import LedgerError

EFFECTS = [
    ("prefer", "prefer these accounts, in this order"),
    ("weight", "let these accounts count more or less"),
    ("exclude", "never use these accounts"),
    ("step_up", "ask for a challenge"),
    ("decline", "decline"),
    ("review", "hold for review"),
]
SCHEMES = ("visa", "mastercard", "amex", "maestro", "discover", "jcb", "diners", "unionpay")
CARD_TYPES, BANDS = ("credit", "debit", "prepaid", "charge"), ("low", "medium", "high")
PLACES = ("account_1", "account_2", "account_3")
LISTS = ("region", "avs", "cvv")
BOXES = ("brand", "method", "scheme", "card_type", "risk_band")
ANY = [("", "any")]


def account_choices(words: str) -> list[tuple[str, str]]:
    codes = MerchantAccount.objects.filter(is_active=True).order_by("code").values_list("code", flat=True)
    return [("", words), *((code, code) for code in codes)]


def rule_fields(rules: RoutingRules, page: Page) -> dict[str, forms.Field]:
    """A new rule; or the one that the address asks to change, as it stands."""
    number = asked_number(rules, page)
    row = rules.body["rules"][number - 1] if number else {}
    when, accounts = row.get("when", {}), [*row.get("accounts", ()), "", "", ""]
    currency = (when.get("currency") or [""])[0]
    number_field = forms.IntegerField(required=False, widget=forms.HiddenInput, initial=number or None)
    return {"number": number_field} | condition_fields(when, currency) | _effect_fields(row, accounts) | {"overlap_is_meant": _overlap()}


def _effect_fields(row: Mapping[str, Any], accounts: list[str]) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {"effect": forms.ChoiceField(label="Then", choices=EFFECTS, initial=row.get("effect"))}
    for place, (name, words) in enumerate(zip(PLACES, ("First account", "Second account", "Third account"), strict=True)):
        choice = forms.ChoiceField(label=words, choices=account_choices("none"), required=False, initial=accounts[place])
        fields[name] = choice
    fields["percent"] = forms.IntegerField(
        label="Counts, percent", min_value=1, max_value=1000, required=False, initial=row.get("percent", 100),
        help_text="Of its value; for a weight only.",
    )  # fmt: skip
    return fields


def _overlap() -> forms.Field:
    return forms.BooleanField(label="Where it overlaps with another rule, that is meant", required=False)


def condition_fields(when: Mapping[str, Any], currency: str) -> dict[str, forms.Field]:
    boxes = {
        "brand": ("Brand is", list(Brand.objects.order_by("name").values_list("code", "name"))),
        "method": ("Method is", [(rail.method, rail.name) for rail in rails_in_force().values()]),
        "scheme": ("Card scheme is", [(name, name.capitalize()) for name in SCHEMES]),
        "card_type": ("Card type is", [(name, name.capitalize()) for name in CARD_TYPES]),
        "risk_band": ("Risk band is", [(name, name.capitalize()) for name in BANDS]),
    }
    fields: dict[str, forms.Field] = {
        name: forms.MultipleChoiceField(
            label=words, choices=offered, required=False, initial=when.get(name, []), widget=forms.CheckboxSelectMultiple
        )
        for name, (words, offered) in boxes.items()
    }
    fields["currency"] = forms.CharField(label="Currency is", max_length=40, required=False, initial=", ".join(when.get("currency", [])))
    for name, words in (("amount_from", "Amount is at least"), ("amount_to", "Amount is at most")):
        minor = when.get(f"{name}_minor")
        text = format_major(minor, get_asset(currency)) if minor is not None else ""
        fields[name] = forms.CharField(label=words, max_length=40, required=False, initial=text, help_text="Of the one currency above.")
    for name, words in (("region", "Region is"), ("avs", "AVS result is"), ("cvv", "CVV result is")):
        text = ", ".join(when.get(name, []))
        help_text = "Several with commas; empty for any."
        fields[name] = forms.CharField(label=words, max_length=200, required=False, initial=text, help_text=help_text)
    for name, words in (("bin_from", "BIN from"), ("bin_to", "BIN to")):
        fields[name] = forms.CharField(
            label=words, max_length=8, required=False, initial=when.get(name, ""), help_text="Six to eight digits."
        )
    return fields


def asked_number(rules: RoutingRules, page: Page) -> int:
    """The rule that `?edit=3` names; 0 for none."""
    text = page.request.GET.get("edit", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    return number if 0 < number <= len(rules.body.get("rules", [])) else 0


def row_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as it is stored. Raises Invalid for an amount that can't be read."""
    row: dict[str, Any] = {"when": when_of(data), "effect": data["effect"]}
    if Effect(data["effect"]) in NAMES_ACCOUNTS:
        row["accounts"] = [data[name] for name in PLACES if data[name]]
    if data["effect"] == Effect.WEIGHT:
        row["percent"] = data["percent"] or 100
    return row


def when_of(data: Mapping[str, Any]) -> dict[str, Any]:
    when: dict[str, Any] = {name: [str(value) for value in data[name]] for name in BOXES if data[name]}
    when |= {name: words for name in LISTS if (words := _words(data[name]))}
    currencies = [code.upper() for code in _words(data["currency"])]
    if currencies:
        when["currency"] = currencies
    for name in ("amount_from", "amount_to"):
        if data[name]:
            when[f"{name}_minor"] = _amount(data[name], currencies)
    return when | {name: data[name] for name in ("bin_from", "bin_to") if data[name]}


def _words(text: str) -> list[str]:
    return [word for word in (part.strip() for part in text.split(",")) if word]


def _amount(text: str, currencies: list[str]) -> int:
    if len(currencies) != 1:
        raise Invalid("An amount is of one currency: name it.", field="currency", rule="one")
    try:
        return amount_of(text, currencies[0])
    except LedgerError as error:
        raise Invalid(error.message, field="amount", rule="amount") from error
