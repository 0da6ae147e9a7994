"""A small house with work in it: people of every role, payments in every state, cases, runs, a payout and a dispute to decide.

Rows are written as operations leave them, so that pages can be shown without running a day. Used by the tests of the back office
and by the browser tests.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cashier.models import (
    BankAccount,
    Brand,
    Capture,
    DepositIntent,
    MerchantAccount,
    PayoutIntent,
    Player,
    SettlementRoute,
)
from config.backoffice.roles import PEOPLE, seed_staff
from disputes.models import Dispute, DisputeState
from ledger.actors import system_actor, user_actor
from ledger.models import LegalEntity, User
from ledger.operations import request_approval
from reconciliation.models import (
    CloseState,
    DailyClose,
    ExceptionCase,
    FileState,
    ReasonCode,
    ReconciliationRun,
    RunState,
    SettlementBatch,
    SourceFile,
)
from reconciliation.operations.cases import raise_case
from tests.backoffice.scene_payments import make_deposit, make_payout, make_player, stamps

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DAY = date(2026, 11, 19)
TESTER = system_actor("scene")
PASSWORD = "correct horse battery"


@dataclass
class Scene:
    """What was made."""

    now: datetime
    entity: LegalEntity
    brand: Brand
    accounts: list[MerchantAccount]
    banks: list[BankAccount]
    staff: dict[str, User]
    players: list[Player] = field(default_factory=list)
    deposits: list[DepositIntent] = field(default_factory=list)
    payouts: list[PayoutIntent] = field(default_factory=list)
    cases: list[ExceptionCase] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    close: DailyClose | None = None


def make_scene(*, now: datetime = NOW, cases: int = 40, deposits: int = 24) -> Scene:
    """The whole house; `cases` and `deposits` say how many."""
    entity = LegalEntity.objects.create(code="MT1", name="Countroom Malta", zone="Europe/Malta", cutoff=time(0, 0))
    brand = Brand.objects.create(code="lucky", name="Lucky Crown", entity=entity)
    scene = Scene(now, entity, brand, _accounts(entity, brand), _banks(entity), make_staff())
    _routes(scene)
    scene.players = [make_player(scene, number) for number in range(8)]
    scene.deposits = [make_deposit(scene, number) for number in range(deposits)]
    scene.payouts = [make_payout(scene, number) for number in range(7)]
    scene.disputes = [_dispute(scene, number) for number in range(3)]
    scene.cases = [_case(scene, number) for number in range(cases)]
    _runs(scene)
    scene.close = _close(scene)
    return scene


def make_staff() -> dict[str, User]:
    """The people of the demo, all with one password that tests know."""
    known = [{"user": person[1], "password": PASSWORD} for person in PEOPLE]
    seed_staff(known)
    return {user.username: user for user in User.objects.filter(is_staff=True)}


def _accounts(entity: LegalEntity, brand: Brand) -> list[MerchantAccount]:
    rows = []
    for code in ("SANDBOX_EU", "SANDBOX_EU2"):
        row = MerchantAccount(
            code=code,
            entity=entity,
            provider="sandbox",
            name=code.title(),
            regions=["EU"],
            currencies=["EUR", "SEK"],
            methods=["card"],
            secret_ref=f"{code}_SECRET",
            base_url="http://127.0.0.1:9",
            report_zone="Europe/Malta",
            fee_schedule={"commission": {"percent": "1.40", "fixed_minor": 10}},
        )
        row.save()
        row.brands.add(brand)
        rows.append(row)
    return rows


def _banks(entity: LegalEntity) -> list[BankAccount]:
    rows = [("BANK_EUR", "MT84MALT011000012345MTLCAST001S", "EUR", "camt053"), ("BANK_SEK", "SE4550000000058398257466", "SEK", "mt940")]
    made = [
        BankAccount(code=code, entity=entity, iban=iban, currency=currency, statement_format=form) for code, iban, currency, form in rows
    ]
    for bank in made:
        bank.save()
    return made


def _routes(scene: Scene) -> None:
    for account in scene.accounts:
        for bank in scene.banks:
            SettlementRoute.objects.create(
                merchant_account=account, currency=bank.currency, bank_account=bank, payer_name="SANDBOX PAYMENTS"
            )


def _dispute(scene: Scene, number: int) -> Dispute:
    captures = list(Capture.objects.select_related("intent__player").order_by("id")[:6])
    capture, at = captures[number], scene.now - timedelta(days=4 + number)
    state = (DisputeState.NOTIFIED, DisputeState.EVIDENCE, DisputeState.WON)[number]
    return Dispute.objects.create(
        merchant_account=capture.merchant_account,
        capture=capture,
        player=capture.intent.player,
        entity=scene.entity,
        provider_case_id=f"CB-{7700 + number}",
        amount_minor=capture.amount_minor,
        currency=capture.currency,
        scheme="visa",
        reason_code="10.4",
        flow="visa_allocation",
        opened_by="webhook",
        state=state,
        disputed_minor=capture.amount_minor,
        answer_by=scene.now + timedelta(days=2, hours=4),
        opened_at=at,
        **stamps(at),
    )


CODES = (
    "LEDGER_CREDIT_MISSING_PSP_SUCCESS",
    "PSP_SUCCESS_AFTER_TERMINAL",
    "GROSS_AMOUNT_DIFFERS",
    "CAPTURE_NOT_SETTLED",
    "DUPLICATE_PSP_LINE",
    "REFUND_MISSING_AT_PSP",
    "PAYOUT_RETURNED",
    "FEE_UNEXPECTED",
    "BANK_SETTLEMENT_AMOUNT_DIFFERS",
    "BANK_CREDIT_UNIDENTIFIED",
    "CHARGEBACK_NOT_BOOKED",
    "DUPLICATE_PSP_CAPTURE",
)


def _case(scene: Scene, number: int) -> ExceptionCase:
    code = CODES[number % len(CODES)]
    intent = scene.deposits[number % len(scene.deposits)]
    capture = intent.captures.first()
    links = [("deposit", intent.public_id), ("player", intent.player.public_id), *([("capture", capture.public_id)] if capture else [])]
    is_bank = code.startswith("BANK_")
    case = raise_case(
        code=code,
        entity_id=scene.entity.pk,
        business_date=DAY,
        amount_minor=int(intent.amount_minor) if "DIFFERS" not in code else 40 + number,
        currency="EUR" if is_bank else intent.currency,
        dedupe_key=f"scene:{number}",
        now=scene.now - timedelta(minutes=37 * number + 5),
        merchant_account=None if is_bank else intent.merchant_account,
        bank_account=scene.banks[0] if is_bank else None,
        merchant_reference=intent.public_id,
        psp_reference=f"psp_{number:06d}",
        bank_reference=f"TX{number:06d}XT" if is_bank else "",
        facts={"line_minor": 5000, "currency": intent.currency, "psp_state": "captured"},
        links=links,
    )
    if number % 4 == 1:
        case.assignee = scene.staff["ada"]
        case.save(update_fields=["assignee"])
    return case


def _runs(scene: Scene) -> None:
    at = scene.now - timedelta(hours=4)
    for number, account in enumerate(scene.accounts):
        file = SourceFile.objects.create(
            source="adyen_sdr",
            name=f"settlement_detail_report_batch_{38 + number}.csv",
            sha256=f"{number:064d}",
            byte_size=48_210,
            encoding="utf-8",
            storage_path="x",
            state=FileState.LOADED,
            merchant_account=account,
            bucket=202611,
            lines=966,
            result=_ingest_result(account.code),
            received_at=at,
            received_by_kind="system",
            received_by_id="scene",
            loaded_at=at,
            updated_at=at,
        )
        batch = SettlementBatch.objects.create(
            merchant_account=account,
            number=str(38 + number),
            currency="EUR",
            source_file=file,
            state="PAID",
            bucket=202611,
            lines=966,
            business_date=DAY,
            payout_date=DAY + timedelta(days=1),
            payout_minor=4_544_549,
            paid_minor=4_544_509 if number else 4_544_549,
            transfer_reference="TX635094301XT",
            totals={
                "sale": {"count": 964, "debit_minor": 0, "credit_minor": 4_821_000},
                "fee": {"count": 964, "debit_minor": 101_241, "credit_minor": 0},
                "refund": {"count": 31, "debit_minor": 112_000, "credit_minor": 0},
                "chargeback": {"count": 2, "debit_minor": 15_000, "credit_minor": 0},
                "reserve": {"count": 1, "debit_minor": 48_210, "credit_minor": 0},
            },
            updated_at=at,
        )
        ReconciliationRun.objects.create(
            account_code=account.code,
            entity=scene.entity,
            merchant_account=account,
            date=DAY,
            state=RunState.DONE,
            lines=batch.lines,
            matched=958,
            suggested=2,
            carried_forward=6,
            cases={"GROSS_AMOUNT_DIFFERS": 2},
            residuals=[{"currency": "EUR", "amount_minor": -40 if number else 0}],
            times_run=1,
            started_at=at,
            finished_at=at + timedelta(seconds=41),
            seconds=41,
            updated_at=at,
        )
    SourceFile.objects.create(
        source="camt053",
        name="MT84MALT_2026-11-19.camt053.xml",
        sha256="f" * 64,
        byte_size=900,
        storage_path="y",
        state=FileState.REFUSED,
        result={},
        error={"code": "CONTROL_TOTAL", "line": 3, "column": None, "message": "Opening plus lines is not closing."},
        received_at=at,
        received_by_kind="user",
        received_by_id=str(scene.staff["ben"].pk),
        updated_at=at,
    )


def _ingest_result(account: str) -> dict[str, Any]:
    return {
        "source": "adyen_sdr",
        "readable": True,
        "accepted": True,
        "lines": 966,
        "totals": [{"type": "sale", "currency": "EUR", "count": 964, "debit_minor": 0, "credit_minor": 4_821_000}],
        "checks": [{"name": "control_total", "ok": True, "expected": "48210.00", "actual": "48210.00", "where": account}],
        "statements": [],
        "error": None,
    }


def _close(scene: Scene) -> DailyClose:
    return DailyClose.objects.create(
        entity=scene.entity,
        business_date=DAY,
        state=CloseState.OPEN,
        zone="Europe/Malta",
        cutoff=time(0, 0),
        checklist=[
            {"name": "reports_in", "title": "Reports in", "ok": True, "missing": [], "overridden": False},
            {
                "name": "statements_in",
                "title": "Statements in",
                "ok": False,
                "missing": ["BANK_SEK statement for 19 Nov"],
                "overridden": False,
            },
        ],
        created_at=scene.now,
        updated_at=scene.now,
    )


def ask_for_adjustment(scene: Scene, maker: str = "ada") -> Any:
    """A request of a person, for the four-eyes pages."""
    return request_approval(
        kind="ledger.write_off",
        payload={"rule": "OPENING_BALANCE@1", "source": {"lines": []}},
        summary="Write off 0.40 EUR of batch 38",
        reason="The bank kept a charge",
        maker=user_actor(scene.staff[maker]),
        entity_id=scene.entity.pk,
        amount_minor=40,
        currency="EUR",
        now=scene.now,
    )


__all__ = ["DAY", "NOW", "PASSWORD", "ReasonCode", "Scene", "ask_for_adjustment", "make_scene", "make_staff"]
