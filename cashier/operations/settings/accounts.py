"""Our accounts at PSPs and banks, and where they pay: where a wrong word sends money elsewhere (S1)."""

import re
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from cashier.contracts import BadContract, check_contract, check_fee_schedule
from cashier.models import BankAccount, MerchantAccount, SettlementRoute
from cashier.operations.own_secrets import list_shared, words_for
from cashier.psp.capabilities import capabilities_of
from cashier.secrets import BadCertificate
from ledger.errors import ApprovalRefused
from ledger.money import UnknownAsset, get_asset
from ledger.operations.settings_changes import Changeable, Key, Values, fields_of

GUARDS = (
    "breaker_window_seconds", "breaker_min_calls", "breaker_failure_percent", "breaker_open_seconds", "breaker_probes",
    "rate_per_second", "rate_burst", "lookups_per_minute",
)  # fmt: skip
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_iban(text: str) -> bool:
    """ISO 13616: country, two check digits, up to 30 signs; the number made of it is 1 modulo 97."""
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def _merchant(key: Key, is_locked: bool) -> MerchantAccount:
    rows = MerchantAccount.objects.select_for_update() if is_locked else MerchantAccount.objects
    return rows.get(pk=MerchantAccount.id_of(key["merchant_account"]))


def _bank(key: Key, is_locked: bool) -> BankAccount:
    rows = BankAccount.objects.select_for_update() if is_locked else BankAccount.objects
    return rows.get(pk=BankAccount.id_of(key["bank_account"]))


def _route(key: Key, is_locked: bool) -> SettlementRoute:
    """The route of an account and currency. The account's row is locked for one that does not exist yet."""
    account = _merchant(key, is_locked)
    rows = SettlementRoute.objects.select_for_update() if is_locked else SettlementRoute.objects
    found = rows.filter(merchant_account=account, currency=key["currency"]).first()
    return found or SettlementRoute(merchant_account=account, currency=key["currency"])


def _check_merchant(account: MerchantAccount) -> None:
    try:
        for code in account.currencies:
            get_asset(code)
    except UnknownAsset as error:
        raise ApprovalRefused(str(error)) from error
    if not account.currencies:
        raise ApprovalRefused("An account has one currency at least.")
    _check_more_currencies(account)
    if account.report_zone not in available_timezones():
        raise ApprovalRefused(f"{account.report_zone} is no IANA time zone.")
    if account.payout_funding not in MerchantAccount.PayoutFunding.values:
        raise ApprovalRefused(f"Payouts are paid from {', '.join(MerchantAccount.PayoutFunding.values)}.")
    if not 1 <= account.concurrency <= 1000 or not 1 <= account.timeout_seconds <= 120:
        raise ApprovalRefused("Calls at once are 1 to 1000, a call waits 1 to 120 seconds.")
    _check_provider(account)


def _check_more_currencies(account: MerchantAccount) -> None:
    """What was agreed as a number was of the one currency that there was; with a second it would be of both. Whatever else an account
    does may be changed meanwhile."""
    before = MerchantAccount.objects.filter(pk=account.pk).values_list("currencies", flat=True).first() or []
    if set(account.currencies) - set(before):
        _check_fees(account)


def _check_provider(account: MerchantAccount) -> None:
    """Methods that its provider takes, and no secret of another account (C16)."""
    capabilities = capabilities_of(account.provider)
    unknown = set(account.methods) - set(capabilities.methods) if capabilities else set()
    if unknown and capabilities:
        raise ApprovalRefused(f"{capabilities.name} does not take {', '.join(sorted(unknown))}.")
    try:
        shared = list_shared(account) if account.is_active else []
    except BadCertificate as error:
        raise ApprovalRefused(f"{error}.") from error
    if shared:
        raise ApprovalRefused(words_for(account, shared[0]))


def _check_guards(account: MerchantAccount) -> None:
    try:
        account.clean_fields(exclude=[field.name for field in account._meta.fields if field.name not in GUARDS])
    except ValidationError as error:
        raise ApprovalRefused(" ".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())) from error


def _check_fees(account: MerchantAccount) -> None:
    try:
        check_fee_schedule(account.fee_schedule, currencies=account.currencies)
        check_contract(account.contract, currencies=account.currencies)
    except BadContract as error:
        raise ApprovalRefused(str(error)) from error


def _check_bank(account: BankAccount) -> None:
    if not is_iban(account.iban):
        raise ApprovalRefused("This is no IBAN: its check digits don't hold.")
    if BankAccount.objects.filter(iban=account.iban).exclude(pk=account.pk).exists():
        raise ApprovalRefused("Another of our accounts has this IBAN.")
    try:
        check_contract(account.contract, is_bank=True)
    except BadContract as error:
        raise ApprovalRefused(str(error)) from error
    if account.statement_format not in BankAccount.StatementFormat.values:
        raise ApprovalRefused(f"Statements are {', '.join(BankAccount.StatementFormat.values)}.")


def _read_route(route: SettlementRoute) -> Values:
    bank = BankAccount.objects.filter(pk=route.bank_account_id).values_list("code", flat=True).first()
    return {"bank_account": bank or "", "payer_name": route.payer_name}


def _write_route(route: SettlementRoute, values: Values) -> None:
    if "bank_account" in values:
        bank = BankAccount.objects.filter(code=values["bank_account"]).first()
        if bank is None:
            raise ApprovalRefused(f"No bank account is called {values['bank_account']}.")
        route.bank_account = bank
    if "payer_name" in values:
        route.payer_name = values["payer_name"]


def _check_route(route: SettlementRoute) -> None:
    bank: Any = route.bank_account
    if (bank.currency, bank.entity_id) != (route.currency, route.merchant_account.entity_id):
        raise ApprovalRefused("A PSP account pays to a bank account of its own entity and of that currency.")
    if not bank.is_active:
        raise ApprovalRefused(f"{bank.code} is not in use.")


MERCHANT_ACCOUNT = Changeable(
    "merchant_account.change", _merchant,
    *fields_of("is_active", "currencies", "methods", "report_zone", "payout_funding", "concurrency", "timeout_seconds"),
    check=_check_merchant, name=lambda row: row.code,
)  # fmt: skip
CALL_GUARDS = Changeable(
    "call_guards.change", _merchant, *fields_of(*GUARDS), check=_check_guards, name=lambda row: f"guards of calls to {row.code}"
)
FEES = Changeable(
    "fees.change", _merchant, *fields_of("fee_schedule", "contract"), check=_check_fees, name=lambda row: f"fees of {row.code}"
)
BANK_DETAILS = Changeable(
    "bank_details.change", _bank, *fields_of("name", "iban", "statement_format", "is_active", "contract"), check=_check_bank,
    name=lambda row: row.code,
)  # fmt: skip
ROUTE = Changeable(
    "settlement_route.change", _route, _read_route, _write_route, check=_check_route,
    name=lambda row: f"route of {row.merchant_account.code} {row.currency}",
)  # fmt: skip
