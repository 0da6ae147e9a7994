"""What routing and the payer check go by beside the rules, changed under four eyes (S1): caps, licences, the likeness of names."""

import re
from typing import Any

from cashier.models import Brand, MerchantAccount, PayerPolicy, RetryCap
from cashier.psp.declines import DECLINES
from ledger.errors import ApprovalRefused
from ledger.operations.settings_changes import Changeable, Key, fields_of

_WORD = re.compile(r"[A-Z0-9_-]{1,32}")
_CATEGORY = re.compile(r"\d{4}|")
MOST_LIMITS, MOST_HOURS = 5, 8784


def _cap(key: Key, is_locked: bool) -> RetryCap:
    """Of a scheme; a new one where it has none."""
    rows = RetryCap.objects.select_for_update() if is_locked else RetryCap.objects
    return rows.filter(scheme=key["scheme"]).first() or RetryCap(scheme=key["scheme"])


def _check_cap(cap: RetryCap) -> None:
    if not re.fullmatch(r"[a-z0-9_-]{0,32}", cap.scheme):
        raise ApprovalRefused("A scheme is named in small letters.")
    for row in cap.limits:
        if len(row) != 2 or not all(type(number) is int and number > 0 for number in row) or row[1] > MOST_HOURS:
            raise ApprovalRefused("A limit is a number of tries in a number of hours, a year at most.")
    if len(cap.limits) > MOST_LIMITS or not 1 <= cap.never_hours <= MOST_HOURS:
        raise ApprovalRefused(f"At most {MOST_LIMITS} limits, and 1 to {MOST_HOURS:,} hours.")
    unknown = set(cap.never_codes) - set(DECLINES)
    if unknown:
        raise ApprovalRefused(f"No decline is called {', '.join(sorted(unknown))}.")
    if not cap.source.strip():
        raise ApprovalRefused("Say where the cap is written.")


def _brand(key: Key, is_locked: bool) -> Brand:
    brand = (Brand.objects.select_for_update() if is_locked else Brand.objects).filter(code=key["brand"]).first()
    if brand is None:
        raise ApprovalRefused(f"No brand is called {key['brand']}.")
    return brand


def _check_brand(brand: Brand) -> None:
    _check_category(brand.merchant_category)
    for region, licence in brand.licences.items():
        if not (region == "*" or _WORD.fullmatch(region)) or not isinstance(licence, str) or not _WORD.fullmatch(licence):
            raise ApprovalRefused("A licence is named for a region, or for * elsewhere: MT=MGA.")


def _account(key: Key, is_locked: bool) -> MerchantAccount:
    rows = MerchantAccount.objects.select_for_update() if is_locked else MerchantAccount.objects
    return rows.get(pk=MerchantAccount.id_of(key["merchant_account"]))


def _check_account(account: MerchantAccount) -> None:
    _check_category(account.merchant_category)
    if any(not _WORD.fullmatch(str(word)) for word in account.licences):
        raise ApprovalRefused("A licence is a word of capitals and digits.")


def _check_category(category: str) -> None:
    if not _CATEGORY.fullmatch(category):
        raise ApprovalRefused("A merchant category has four digits, or is left empty.")


def _payer_policy(key: Key, is_locked: bool) -> PayerPolicy:
    brand = _brand(key, is_locked)
    rows = PayerPolicy.objects.select_for_update() if is_locked else PayerPolicy.objects
    return rows.filter(brand=brand).first() or PayerPolicy(brand=brand)


def _check_payer_policy(policy: PayerPolicy) -> None:
    if not 50 <= policy.name_threshold <= 100:
        raise ApprovalRefused("Two names are one from a likeness of 50 to 100.")
    if policy.unknown not in PayerPolicy.Unknown.values:
        raise ApprovalRefused("What can't be compared is held, or credited.")


def name_of_cap(cap: Any) -> str:
    return f"retry cap of {cap.scheme or 'schemes not known'}"


RETRY_CAP = Changeable(
    "retry_cap.change", _cap, *fields_of("limits", "never_codes", "never_advice", "never_hours", "source"), check=_check_cap,
    name=name_of_cap,
)  # fmt: skip
BRAND_LICENCES = Changeable(
    "brand_licences.change", _brand, *fields_of("licences", "merchant_category"), check=_check_brand,
    name=lambda row: f"licences of {row.code}",
)  # fmt: skip
ACCOUNT_LICENCES = Changeable(
    "account_licences.change", _account, *fields_of("licences", "merchant_category"), check=_check_account,
    name=lambda row: f"licences of {row.code}",
)  # fmt: skip
PAYER_POLICY = Changeable(
    "payer_policy.change", _payer_policy, *fields_of("name_threshold", "unknown"), check=_check_payer_policy,
    name=lambda row: f"payer policy of {row.brand.code}",
)  # fmt: skip
