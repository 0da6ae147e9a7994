"""A small house with work in it: people of every role, payments in every state, cases, runs, a payout and a dispute to decide.

Rows are written as operations leave them, so that pages can be shown without running a day. Used by the tests of the back office
and by the browser tests.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from cashier.models import (
    Attempt,
    BankAccount,
    Brand,
    Capture,
    DepositIntent,
    DepositState,
    Instrument,
    MerchantAccount,
    PayoutIntent,
    PayoutState,
    Player,
    PspEvent,
    PspEventWork,
    Refund,
    RefundState,
    SettlementRoute,
)
from cashier.operations.payouts.request import payload_of
from config.backoffice.roles import seed_staff
from disputes.models import Dispute, DisputeState
from ledger.actors import system_actor, user_actor
from ledger.models import LegalEntity, User
from ledger.operations import Posting, post, request_approval
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
    scene.players = [_player(scene, number) for number in range(8)]
    scene.deposits = [_deposit(scene, number) for number in range(deposits)]
    scene.payouts = [_payout(scene, number) for number in range(7)]
    scene.disputes = [_dispute(scene, number) for number in range(3)]
    scene.cases = [_case(scene, number) for number in range(cases)]
    _runs(scene)
    scene.close = _close(scene)
    return scene


def make_staff() -> dict[str, User]:
    """The people of the demo, all with one password that tests know."""
    seed_staff()
    people = {user.username: user for user in User.objects.filter(is_staff=True)}
    for user in people.values():
        user.set_password(PASSWORD)
        user.save()
    return people


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


def _stamps(at: datetime) -> dict[str, Any]:
    return {"created_at": at, "updated_at": at}


def _player(scene: Scene, number: int) -> Player:
    return Player.objects.create(
        brand=scene.brand,
        external_id=f"p_{4400 + number}",
        state=Player.State.ACTIVE,
        kyc_status="approved",
        kyc_level=2,
        country="MT",
        currency="EUR",
        is_vip=number == 1,
        **_stamps(scene.now - timedelta(days=30 + number)),
    )


STATES = (
    DepositState.CAPTURED,
    DepositState.CAPTURED,
    DepositState.CAPTURED,
    DepositState.FAILED,
    DepositState.EXPIRED,
    DepositState.PENDING,
    DepositState.ACTION_REQUIRED,
    DepositState.AUTHORIZED,
    DepositState.CANCELED,
    DepositState.VOIDED,
    DepositState.INITIATED,
)


def _deposit(scene: Scene, number: int) -> DepositIntent:
    at = scene.now - timedelta(hours=3 * number + 1, minutes=7 * number % 60)
    state, amount = STATES[number % len(STATES)], 1000 + 1250 * (number % 7)
    captured = amount if state == DepositState.CAPTURED else 0
    currency = "SEK" if number % 5 == 4 else "EUR"
    player = scene.players[number % len(scene.players)]
    account = scene.accounts[number % len(scene.accounts)]
    intent = DepositIntent.objects.create(
        player=player,
        brand=scene.brand,
        entity=scene.entity,
        merchant_account=account,
        client_id="cashier-web",
        region="EU",
        method="card",
        currency=currency,
        amount_minor=amount,
        gross_minor=amount,
        state=state,
        captured_minor=captured,
        authorised_minor=captured,
        expires_at=at + timedelta(minutes=30),
        decline_code="insufficient_funds" if state == DepositState.FAILED else "",
        **_stamps(at),
    )
    attempt = Attempt.objects.create(
        intent=intent,
        merchant_account=account,
        number=1,
        payment_token="tok_approve",
        amount_minor=amount,
        currency=currency,
        capture_mode="auto",
        psp_ref=f"psp_{number:06d}",
        outcome="CAPTURED" if captured else "DECLINED",
        decline_code=intent.decline_code,
        call_state="DONE",
        call_kind="authorize",
        idempotency_key=f"att-{number}",
        three_ds_version="2.2.0",
        eci="05",
        tries=1,
        sent_at=at,
        answered_at=at + timedelta(seconds=1),
        **_stamps(at),
    )
    if captured:
        _capture(scene, intent, attempt, number, at)
    _event(scene, intent, number, at)
    return intent


def _capture(scene: Scene, intent: DepositIntent, attempt: Attempt, number: int, at: datetime) -> None:
    capture = Capture.objects.create(
        intent=intent,
        attempt=attempt,
        merchant_account=intent.merchant_account,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        state=Capture.State.SUCCEEDED,
        psp_ref=f"cap_psp_{number:06d}",
        captured_at=at,
        call_state="DONE",
        call_kind="capture",
        idempotency_key=f"cap-{number}",
        **_stamps(at),
    )
    if number % 9 == 0:
        Refund.objects.create(
            capture=capture,
            merchant_account=capture.merchant_account,
            client_id="cashier-web",
            refund_id=f"r{number}",
            amount_minor=500,
            currency=capture.currency,
            state=RefundState.REFUND_PROCESSED,
            psp_ref=f"rf_psp_{number}",
            requested_by_kind="client",
            requested_by_id="cashier-web",
            call_state="DONE",
            call_kind="refund",
            idempotency_key=f"rf-{number}",
            processed_at=at,
            **_stamps(at),
        )
    _book(scene, intent, capture, at)


def _book(scene: Scene, intent: DepositIntent, capture: Capture, at: datetime) -> None:
    lines = [
        {
            "kind": "clearing",
            "holder": capture.merchant_account.public_id,
            "asset": intent.currency,
            "amount_minor": int(intent.amount_minor),
            "ref": capture.public_id,
            "label": "",
        },
        {
            "kind": "playable",
            "holder": intent.player.public_id,
            "asset": intent.currency,
            "amount_minor": -int(intent.amount_minor),
            "ref": "",
            "label": "",
        },
    ]
    posting = Posting(
        "OPENING_BALANCE@1",
        f"scene:{capture.public_id}",
        scene.entity.pk,
        {"lines": lines},
        at,
        intent_id=intent.public_id,
        player_id=intent.player.public_id,
    )
    with transaction.atomic():
        post(posting, actor=TESTER, now=at)


EVENT_STATES = ("APPLIED", "APPLIED", "IGNORED", "APPLIED", "WAITING", "DEAD", "RECEIVED")


def _event(scene: Scene, intent: DepositIntent, number: int, at: datetime) -> None:
    assert intent.merchant_account is not None
    event = PspEvent.objects.create(
        merchant_account=intent.merchant_account,
        provider_event_id=f"evt_{number}",
        identity_key=f"evt_{number}",
        event="payment.captured",
        psp_ref=f"psp_{number:06d}",
        intent_ref=intent.public_id,
        amount_minor=intent.amount_minor,
        currency=intent.currency,
        occurred_at=at,
        received_at=at + timedelta(seconds=2),
        body_sha256="ab" * 32,
        raw_body='{"event":"payment.captured","amount":{"minor_units":5000,"currency":"EUR"}}',
    )
    state = EVENT_STATES[number % len(EVENT_STATES)]
    PspEventWork.objects.create(
        event=event,
        state=state,
        tries=10 if state == "DEAD" else 1,
        error="amount differs from the intent" if state == "DEAD" else "",
        applied_at=at if state == "APPLIED" else None,
    )


PAYOUT_STATES = (
    PayoutState.UNDER_REVIEW,
    PayoutState.UNDER_REVIEW,
    PayoutState.UNDER_REVIEW,
    PayoutState.SETTLED,
    PayoutState.SUBMITTED,
    PayoutState.REJECTED,
    PayoutState.FAILED,
)


def _payout(scene: Scene, number: int) -> PayoutIntent:
    at = scene.now - timedelta(hours=2 + 5 * number)
    player, state = scene.players[number % len(scene.players)], PAYOUT_STATES[number]
    instrument = Instrument.objects.create(
        player=player,
        method="card",
        merchant_account=scene.accounts[0],
        token=f"tok_payout_{number}",
        masked="411111••••1111",
        state="VERIFIED",
        call_state="DONE",
        call_kind="verify",
        idempotency_key=f"ins-{number}",
        **_stamps(at),
    )
    payout = PayoutIntent.objects.create(
        player=player,
        brand=scene.brand,
        entity=scene.entity,
        merchant_account=scene.accounts[0],
        instrument=instrument,
        client_id="cashier-web",
        currency="EUR",
        amount_minor=420_000 - 31_050 * number,
        state=state,
        call_state="DONE",
        call_kind="payout",
        idempotency_key=f"po-{number}",
        gates=[
            {
                "at": at.isoformat(),
                "moment": "request",
                "gates": [
                    {"name": "player_status", "result": "pass", "inputs": {"state": "ACTIVE"}},
                    {"name": "kyc", "result": "pass", "inputs": {"status": "approved", "level": 2}},
                    {"name": "amount", "result": "review", "inputs": {"amount_minor": 420_000 - 31_050 * number, "above_minor": 100_000}},
                ],
            }
        ],
        **_stamps(at),
    )
    if state == PayoutState.UNDER_REVIEW:
        request = request_approval(
            kind="payout.approve",
            payload=payload_of(payout),
            summary=f"Pay {player.external_id} to {instrument.masked}",
            reason="Amount above the brand's threshold",
            maker=system_actor("payouts"),
            entity_id=scene.entity.pk,
            amount_minor=int(payout.amount_minor),
            currency="EUR",
            target_kind="PayoutIntent",
            target_id=payout.public_id,
            required=2 if number == 0 else 1,
            now=at,
        )
        payout.approval_id = request.public_id
        payout.save(update_fields=["approval_id"])
    return payout


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
        **_stamps(at),
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
        currency=intent.currency,
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
        payload={"amount_minor": 40, "currency": "EUR"},
        summary="Write off 0.40 EUR of batch 38",
        reason="The bank kept a charge",
        maker=user_actor(scene.staff[maker]),
        entity_id=scene.entity.pk,
        amount_minor=40,
        currency="EUR",
        now=scene.now,
    )


__all__ = ["DAY", "NOW", "PASSWORD", "ReasonCode", "Scene", "ask_for_adjustment", "make_scene", "make_staff"]
