"""A settlement report of any size with its captures, for the matching benchmark: one account, one batch, in the PSP's own layout."""

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from django.db.models import Model

from cashier.models import Attempt, BankAccount, Brand, Capture, DepositIntent, MerchantAccount, Player, SettlementRoute
from ledger.ids import new_id, to_public
from ledger.models import LegalEntity

Row = tuple[object, ...]
CHUNK = 100_000
MIDNIGHT = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)  # 10 March begins in Malta
HEADER = [
    "Company Account",
    "Merchant Account",
    "Psp Reference",
    "Merchant Reference",
    "Payment Method",
    "Creation Date",
    "TimeZone",
    "Type",
    "Modification Reference",
    "Gross Currency",
    "Gross Debit (GC)",
    "Gross Credit (GC)",
    "Exchange Rate",
    "Net Currency",
    "Net Debit (NC)",
    "Net Credit (NC)",
    "Commission (NC)",
    "Markup (NC)",
    "Scheme Fees (NC)",
    "Interchange (NC)",
    "Payment Method Variant",
    "Modification Merchant Reference",
    "Batch Number",
    "Reserved4",
    "Reserved5",
    "Reserved6",
    "Reserved7",
    "Reserved8",
    "Reserved9",
    "Reserved10",
]


@dataclass(frozen=True, slots=True)
class Sale:
    """One capture as both sides know it. Minor units of EUR."""

    number: int
    intent_id: UUID
    capture_id: UUID
    amount_minor: int
    at: datetime

    @property
    def psp_reference(self) -> str:
        return f"psp{self.number:013d}"

    @property
    def object_reference(self) -> str:
        return f"obj{self.number:013d}"


def make_account(code: str) -> MerchantAccount:
    """The account that takes the payments, and the bank that it pays."""
    entity = LegalEntity.objects.filter(code="BENCH").first() or LegalEntity.objects.create(code="BENCH", name="Bench", zone="Europe/Malta")
    brand, _ = Brand.objects.get_or_create(code="bench", defaults={"name": "Bench", "entity": entity})
    account = MerchantAccount.objects.create(
        code=code,
        entity=entity,
        provider="sandbox",
        secret_ref=code,
        base_url="http://127.0.0.1:9",
        currencies=["EUR"],
        report_zone="Europe/Malta",
    )
    account.brands.add(brand)
    bank = BankAccount.objects.create(
        code=f"{code}_BANK", entity=entity, iban=f"MT84MALT{code}", currency="EUR", statement_format="camt053"
    )
    SettlementRoute.objects.create(merchant_account=account, currency="EUR", bank_account=bank)
    return account


def make_sales(count: int, seed: int = 7) -> list[Sale]:
    """`count` captures over one day, in the order of time."""
    choose = random.Random(seed)
    step = timedelta(seconds=80_000) / count
    return [Sale(n, new_id(), new_id(), choose.randrange(500, 50_000), MIDNIGHT + timedelta(hours=1) + step * n) for n in range(count)]


def copy_captures(owner_url: str, account: MerchantAccount, sales: list[Sale]) -> None:
    """Intents, attempts and captures of the sales, COPYed by the owner in chunks, whatever columns the tables have by now."""
    values = {"country": "MT", "currency": "EUR", "created_at": MIDNIGHT, "updated_at": MIDNIGHT}
    player, _ = Player.objects.get_or_create(brand=account.brands.get(), external_id="bench", defaults=values)
    common = {"created_at": MIDNIGHT, "updated_at": MIDNIGHT, "merchant_account_id": account.pk, "currency": "EUR", "amount_minor": 1}
    call = {**common, "call_state": "DONE", "intent_id": player.pk, "idempotency_key": ""}
    intent = DepositIntent(
        **common, player_id=player.pk, brand_id=player.brand_id, entity_id=account.entity_id, client_id="bench", method="card",
        gross_minor=1,
        state="CAPTURED", expires_at=MIDNIGHT,
    )  # fmt: skip
    attempt = Attempt(**call, number=1, payment_token="tok", capture_mode="auto", outcome="CAPTURED", call_kind="authorize")
    capture = Capture(**call, attempt_id=player.pk, state="SUCCEEDED", call_kind="capture")
    with psycopg.connect(owner_url, autocommit=True) as connection:
        for first in range(0, len(sales), CHUNK):
            part = [(sale, new_id()) for sale in sales[first : first + CHUNK]]
            with connection.transaction():
                _copy(connection, intent, (_intent(sale) for sale, _ in part))
                _copy(connection, attempt, (_attempt(sale, attempt_id) for sale, attempt_id in part))
                _copy(connection, capture, (_capture(sale, attempt_id) for sale, attempt_id in part))
        connection.execute("VACUUM ANALYZE")


def _intent(sale: Sale) -> dict[str, object]:
    minor = sale.amount_minor
    return {"id": sale.intent_id, "created_at": sale.at, "amount_minor": minor, "gross_minor": minor, "captured_minor": minor}


def _attempt(sale: Sale, attempt_id: UUID) -> dict[str, object]:
    return {
        "id": attempt_id,
        "intent_id": sale.intent_id,
        "amount_minor": sale.amount_minor,
        "psp_ref": sale.psp_reference,
        "idempotency_key": f"a{sale.capture_id}",
    }


def _capture(sale: Sale, attempt_id: UUID) -> dict[str, object]:
    return {
        "id": sale.capture_id,
        "intent_id": sale.intent_id,
        "attempt_id": attempt_id,
        "amount_minor": sale.amount_minor,
        "psp_ref": sale.object_reference,
        "captured_at": sale.at,
        "idempotency_key": f"c{sale.capture_id}",
    }


def write_report(path: Path, account: MerchantAccount, sales: list[Sale], *, batch: int) -> None:
    """The day's report: a line per sale, then the payout of all of them."""
    total = 0
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(HEADER)
        for sale in sales:
            fee = sale.amount_minor * 14 // 1000 + 10
            total += sale.amount_minor - fee
            rows.writerow(_report_row(account.code, sale, fee, batch))
        narrative = f"TX{batch:09d}XT batch {batch}, BENCH_{account.code}"
        rows.writerow(
            [
                "BENCH",
                account.code,
                "",
                "",
                "",
                "2026-03-10 23:59:59",
                "CET",
                "MerchantPayout",
                narrative,
                "EUR",
                "",
                "",
                "",
                "EUR",
                _major(total),
            ]
            + [""] * 7
            + [batch, *[""] * 7]
        )


def write_canonical(path: Path, sales: list[Sale], *, account_id: UUID, batch: int) -> None:
    """The same rows as a CSV that needs no reading: what the yardstick COPYs."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        for number, sale in enumerate(sales, 2):
            fee = sale.amount_minor * 14 // 1000 + 10
            rows.writerow(
                [
                    number,
                    account_id,
                    "sale",
                    "Settled",
                    to_public("pi_", sale.intent_id),
                    "",
                    sale.psp_reference,
                    sale.object_reference,
                    "mc",
                ]
                + ["EUR", sale.amount_minor, "EUR", sale.amount_minor - fee, fee, 0, 0, 0, sale.at.isoformat(), "2026-03-10", batch]
            )


def _report_row(code: str, sale: Sale, fee: int, batch: int) -> list[object]:
    local = sale.at + timedelta(hours=1)
    return [
        "BENCH", code, sale.psp_reference, to_public("pi_", sale.intent_id), "mc", f"{local:%Y-%m-%d %H:%M:%S}", "CET", "Settled",
        sale.object_reference, "EUR", "", _major(sale.amount_minor), "", "EUR", "", _major(sale.amount_minor - fee),
        _major(fee), "", "", "",
        "mcstandarddebit", "", batch, *[""] * 7,
    ]  # fmt: skip


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _rows(template: Model, parts: Iterator[dict[str, object]]) -> Iterator[Row]:
    """The template's columns with what differs from row to row."""
    fixed = {field.attname: _plain(getattr(template, field.attname)) for field in template._meta.concrete_fields}
    for part in parts:
        yield tuple((fixed | part).values())


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _copy(connection: "psycopg.Connection[Row]", template: Model, parts: Iterator[dict[str, object]]) -> None:
    columns = ", ".join(str(field.column) for field in template._meta.concrete_fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {template._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in _rows(template, parts):
            copy.write_row(row)
