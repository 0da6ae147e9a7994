"""The house of reconciliation's tests: an entity with one brand, a merchant account and a bank account, and its people."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from cashier.models import BankAccount, Brand, MerchantAccount, SettlementRoute
from ledger.models import LegalEntity, User
from reconciliation.models import ExceptionCase
from reconciliation.operations import raise_case
from tests.ledger.cast import make_person

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 19)
AT = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)  # noon of that day
PLAYER = "pl_01kahj0000000000000000000a"


@dataclass(frozen=True)
class House:
    """Who and what the tests work with."""

    entity: LegalEntity
    brand: Brand
    merchant: MerchantAccount
    bank: BankAccount
    ada: User  # works cases, prepares
    ben: User  # approves, signs
    cleo: User  # may not
    fay: User  # prepares, signs, approves


def make_house() -> House:
    entity = LegalEntity.objects.create(code="MT1", name="Countroom Malta", zone="Europe/Malta", cutoff=time(0, 0))
    brand = Brand.objects.create(code="lucky", name="Lucky Crown", entity=entity)
    merchant = MerchantAccount.objects.create(
        code="SANDBOX_EU", entity=entity, provider="sandbox", secret_ref="SANDBOX_EU", base_url="http://127.0.0.1:9", currencies=["EUR"],
        regions=["EU"], methods=["card"], report_zone="Europe/Malta",
    )  # fmt: skip
    merchant.brands.add(brand)
    bank = BankAccount.objects.create(
        code="BANK_EUR", entity=entity, iban="MT84MALT011000012345MTLCAST001S", currency="EUR", statement_format="camt053"
    )
    SettlementRoute.objects.create(merchant_account=merchant, currency="EUR", bank_account=bank, payer_name="SANDBOX PAYMENTS B.V.")
    people = (
        make_person("ada", "work_case", "prepare_close"),
        make_person("ben", "work_case", "approve_disposition", "sign_close", "reopen_close"),
        make_person("cleo"),
        make_person("fay", "prepare_close", "sign_close", "reopen_close", "approve_disposition"),
    )
    return House(entity, brand, merchant, bank, *people)


def make_case(
    house: House, code: str = "GROSS_AMOUNT_DIFFERS", *, amount_minor: int = 500, links: Any = (), about: str = "1", now: datetime = NOW
) -> ExceptionCase:
    return raise_case(
        code=code, entity_id=house.entity.pk, business_date=DAY, amount_minor=amount_minor, currency="EUR", merchant_account=house.merchant,
        merchant_reference="pi_x", dedupe_key=f"{code}:{about}", facts={}, links=links, now=now,
    )  # fmt: skip
