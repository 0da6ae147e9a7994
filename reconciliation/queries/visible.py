"""What a machine client may see of reconciliation: records of the legal entities that its brands belong to (A2)."""

from typing import Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from cashier.models import BankAccount, Brand, MerchantAccount
from reconciliation.models import DailyClose, ExceptionCase, ReconciliationRun, SourceFile


class HasBrands(Protocol):
    """A caller, as far as visibility goes."""

    @property
    def brand_ids(self) -> frozenset[UUID]: ...


def cases_of(caller: HasBrands, *, account: str = "") -> QuerySet[ExceptionCase]:
    """Cases of the caller's entities; `account` is the code of a merchant or bank account, "" for all."""
    cases = ExceptionCase.objects.filter(entity__in=_entities(caller)).select_related("merchant_account", "bank_account")
    return cases.filter(Q(merchant_account__code=account) | Q(bank_account__code=account)) if account else cases


def runs_of(caller: HasBrands) -> QuerySet[ReconciliationRun]:
    """Runs of the caller's entities."""
    return ReconciliationRun.objects.filter(entity__in=_entities(caller))


def closes_of(caller: HasBrands) -> QuerySet[DailyClose]:
    """Closes of the caller's entities."""
    return DailyClose.objects.filter(entity__in=_entities(caller)).select_related("entity")


def files_of(caller: HasBrands) -> QuerySet[SourceFile]:
    """Files of accounts of the caller's entities, by what they turned out to be or by what they were handed in for."""
    entities = _entities(caller)
    codes = [*MerchantAccount.objects.filter(entity__in=entities).values_list("code", flat=True)]
    codes += BankAccount.objects.filter(entity__in=entities).values_list("code", flat=True)
    return SourceFile.objects.filter(
        Q(merchant_account__entity__in=entities) | Q(bank_account__entity__in=entities) | Q(account_hint__in=codes)
    ).distinct()


def is_account_of(caller: HasBrands, code: str) -> bool:
    """Whether the code is a merchant or bank account of the caller's entities."""
    entities = _entities(caller)
    return (
        MerchantAccount.objects.filter(code=code, entity__in=entities).exists()
        or BankAccount.objects.filter(code=code, entity__in=entities).exists()
    )


def _entities(caller: HasBrands) -> list[UUID]:
    return list(Brand.objects.filter(pk__in=caller.brand_ids).values_list("entity_id", flat=True).distinct())
