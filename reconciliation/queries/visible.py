"""What a machine client may see of reconciliation: what belongs to its own brands and to no other (A2).

A merchant account is a client's if every brand on it is one of its own; what belongs to a whole legal entity (its bank accounts, its
closes) is, if every brand of that entity is. Of an account that several clients share none of them alone sees anything.
"""

from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from cashier.models import BankAccount, Brand, MerchantAccount
from ledger.models import LegalEntity
from reconciliation.models import DailyClose, ExceptionCase, ReconciliationRun, SourceFile
from reconciliation.models.closes import ProvisionalClose


class HasBrands(Protocol):
    """A caller, as far as visibility goes."""

    @property
    def brand_ids(self) -> frozenset[UUID]: ...


def cases_of(caller: HasBrands, *, account: str = "") -> QuerySet[ExceptionCase]:
    """Cases of the caller's accounts and entities; `account` is the code of a merchant or bank account, "" for all."""
    own = Q(merchant_account__in=merchants_of(caller)) | Q(merchant_account=None, entity__in=entities_of(caller))
    cases = ExceptionCase.objects.filter(own).select_related("merchant_account", "bank_account")
    return cases.filter(Q(merchant_account__code=account) | Q(bank_account__code=account)) if account else cases


def runs_of(caller: HasBrands) -> QuerySet[ReconciliationRun]:
    """Runs over the caller's accounts."""
    return ReconciliationRun.objects.filter(Q(merchant_account__in=merchants_of(caller)) | Q(bank_account__in=banks_of(caller)))


def closes_of(caller: HasBrands) -> QuerySet[DailyClose]:
    """Closes of the caller's entities."""
    return DailyClose.objects.filter(entity__in=entities_of(caller)).select_related("entity")


def provisional_closes_of(caller: HasBrands) -> QuerySet[ProvisionalClose]:
    """Mini-closes of the caller's entities."""
    return ProvisionalClose.objects.filter(entity__in=entities_of(caller)).select_related("entity")


def files_of(caller: HasBrands) -> QuerySet[SourceFile]:
    """Files of the caller's accounts: by what they turned out to be, or, while that is not known, by what they were handed in for."""
    merchants, banks = merchants_of(caller), banks_of(caller)
    codes = [*merchants.values_list("code", flat=True), *banks.values_list("code", flat=True)]
    unknown = Q(merchant_account=None, bank_account=None, account_hint__in=codes)
    return SourceFile.objects.filter(Q(merchant_account__in=merchants) | Q(bank_account__in=banks) | unknown)


def is_account_of(caller: HasBrands, code: str) -> bool:
    """Whether the code is a merchant or bank account of the caller's."""
    return merchants_of(caller).filter(code=code).exists() or banks_of(caller).filter(code=code).exists()


def merchants_of(caller: HasBrands) -> QuerySet[MerchantAccount]:
    """Merchant accounts of the caller's brands and of nobody else's."""
    others = MerchantAccount.objects.filter(brands__in=_others(caller)).values("pk")
    return MerchantAccount.objects.filter(brands__in=caller.brand_ids).exclude(pk__in=others).distinct()


def banks_of(caller: HasBrands) -> QuerySet[BankAccount]:
    """Bank accounts of the caller's entities."""
    return BankAccount.objects.filter(entity__in=entities_of(caller))


def entities_of(caller: HasBrands) -> QuerySet[LegalEntity]:
    """Legal entities all of whose brands are the caller's."""
    own = Brand.objects.filter(pk__in=caller.brand_ids).values("entity_id")
    return LegalEntity.objects.filter(pk__in=own).exclude(pk__in=_others(caller).values("entity_id"))


def _others(caller: HasBrands) -> QuerySet[Brand]:
    return Brand.objects.exclude(pk__in=caller.brand_ids)
