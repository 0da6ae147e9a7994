"""Changes of our accounts asked for from their pages (S1): what the account does, its fees, where it pays, a bank account's details."""

from collections.abc import Mapping
from typing import Any

from django import forms

from cashier.models import BankAccount, MerchantAccount
from cashier.operations.settings import ACCOUNT_LICENCES, BANK_DETAILS, FEES, MERCHANT_ACCOUNT, ROUTE
from ledger.admin.frames import Act, Done, Page, reason_field
from ledger.models import ApprovalRequest
from ledger.operations.settings_changes import Scope, propose_change

Data = Mapping[str, Any]
MAY = "ledger.propose_policy"
APPROVER = "Another person, with the permission to approve policies"
SETTINGS = ("is_active", "currencies", "methods", "report_zone", "payout_funding", "concurrency", "timeout_seconds")
DETAILS = ("name", "iban", "statement_format", "is_active", "contract")


def asked(request: ApprovalRequest) -> Done:
    return Done(f"Asked for: {request.summary}. Somebody else decides.")


def _words(label: str, values: list[str]) -> forms.CharField:
    return forms.CharField(label=label, initial=", ".join(values), max_length=500, help_text="Separated by commas.")


def _split(text: str) -> list[str]:
    return [part for part in (each.strip() for each in text.split(",")) if part]


def _whole(label: str, value: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=value, min_value=1)


def _settings_fields(account: MerchantAccount, page: Page) -> dict[str, forms.Field]:
    return {
        "is_active": forms.BooleanField(label="In use", required=False, initial=account.is_active),
        "currencies": _words("Currencies", account.currencies),
        "methods": _words("Methods", account.methods),
        "report_zone": forms.CharField(label="Zone of its reports", max_length=64, initial=account.report_zone),
        "payout_funding": forms.ChoiceField(
            label="Payouts paid from", choices=MerchantAccount.PayoutFunding.choices, initial=account.payout_funding
        ),
        "concurrency": _whole("Calls at once", account.concurrency),
        "timeout_seconds": _whole("Seconds that a call waits", account.timeout_seconds),
        "reason": reason_field(),
    }


def _ask_settings(account: MerchantAccount, data: Data, page: Page) -> Done:
    after = {name: _split(data[name]) if name in ("currencies", "methods") else data[name] for name in SETTINGS}
    return _ask(MERCHANT_ACCOUNT, account, {"merchant_account": account.public_id}, after, data, page)


def _fees_fields(account: MerchantAccount, page: Page) -> dict[str, forms.Field]:
    words = 'Fee kind to its percent and fixed_minor, as JSON; percents as text ("1.40"), fixed_minor by currency ({"EUR": 10}).'
    fees = forms.JSONField(label="Fee schedule", initial=account.fee_schedule, help_text=words, widget=forms.Textarea({"rows": 8}))
    return {"fee_schedule": fees, "contract": _contract_field(account), "reason": reason_field()}


def _contract_field(account: MerchantAccount | BankAccount) -> forms.Field:
    words = "What else is agreed, as JSON; docs/contracts.md has each part."
    return forms.JSONField(label="Contract", initial=account.contract, required=False, help_text=words, widget=forms.Textarea({"rows": 6}))


def _ask_fees(account: MerchantAccount, data: Data, page: Page) -> Done:
    after = {"fee_schedule": data["fee_schedule"], "contract": data.get("contract") or {}}
    return _ask(FEES, account, {"merchant_account": account.public_id}, after, data, page)


def _route_fields(account: MerchantAccount, page: Page) -> dict[str, forms.Field]:
    banks = BankAccount.objects.filter(entity=account.entity_id, is_active=True).order_by("code")
    return {
        "currency": forms.ChoiceField(label="Currency", choices=[(code, code) for code in account.currencies]),
        "bank_account": forms.ChoiceField(label="Bank account", choices=[(bank.code, f"{bank.code} · {bank.currency}") for bank in banks]),
        "payer_name": forms.CharField(label="Payer's name", required=False, max_length=140, help_text="As our statement names it."),
        "reason": reason_field(),
    }


def _ask_route(account: MerchantAccount, data: Data, page: Page) -> Done:
    key = {"merchant_account": account.public_id, "currency": data["currency"]}
    return _ask(ROUTE, account, key, {name: data[name] for name in ("bank_account", "payer_name")}, data, page)


def _details_fields(bank: BankAccount, page: Page) -> dict[str, forms.Field]:
    formats = BankAccount.StatementFormat.choices
    return {
        "name": forms.CharField(label="Name", required=False, max_length=120, initial=bank.name),
        "iban": forms.CharField(label="IBAN", max_length=64, initial=bank.iban),
        "statement_format": forms.ChoiceField(label="Statements", choices=formats, initial=bank.statement_format),
        "is_active": forms.BooleanField(label="In use", required=False, initial=bank.is_active),
        "contract": _contract_field(bank),
        "reason": reason_field(),
    }


def _ask_details(bank: BankAccount, data: Data, page: Page) -> Done:
    after = {name: data.get(name) for name in DETAILS}
    after |= {"iban": data["iban"].replace(" ", "").upper(), "contract": data.get("contract") or {}}
    return _ask(BANK_DETAILS, bank, {"bank_account": bank.public_id}, after, data, page)


def _ask(setting: Any, account: Any, key: dict[str, str], after: dict[str, Any], data: Data, page: Page) -> Done:
    scope = Scope(entity_id=account.entity_id)
    return asked(propose_change(setting, key=key, after=after, reason=data["reason"], maker=page.actor, now=page.now, scope=scope))


def _licence_fields(account: MerchantAccount, page: Page) -> dict[str, forms.Field]:
    licences = _words("Licences that it may work under", account.licences)
    licences.required = False
    category = forms.RegexField(r"^\d{4}$", label="Merchant category", required=False, initial=account.merchant_category)
    return {"licences": licences, "merchant_category": category, "reason": reason_field()}


def _ask_licences(account: MerchantAccount, data: Data, page: Page) -> Done:
    after = {"licences": _split(data["licences"]), "merchant_category": data["merchant_category"]}
    return _ask(ACCOUNT_LICENCES, account, {"merchant_account": account.public_id}, after, data, page)


MERCHANT_ACTS = (
    Act("licences", "Ask to change licences…", MAY, _ask_licences, kind="menu", title="Ask to change its licences", fields=_licence_fields,
        approver=APPROVER),
    Act("settings", "Ask to change settings…", MAY, _ask_settings, kind="menu", title="Ask to change what this account does",
        fields=_settings_fields, approver=APPROVER),
    Act("fees", "Ask to change fees…", MAY, _ask_fees, kind="menu", title="Ask to change the fee schedule", fields=_fees_fields,
        approver=APPROVER),
    Act("route", "Ask to change a route…", MAY, _ask_route, kind="menu", title="Ask to change where it pays", fields=_route_fields,
        approver=APPROVER),
)  # fmt: skip
BANK_ACTS = (
    Act("details", "Ask to change details…", MAY, _ask_details, kind="primary", title="Ask to change this bank account",
        fields=_details_fields, approver=APPROVER),
)  # fmt: skip
