"""A small house with work in it: people of every role, payments in every state, cases, runs, a payout and a dispute to decide.

Rows are written as operations leave them, so that pages can be shown without running a day. Used by the tests of the back office
and by the browser tests.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from cashier.bonuses.grants import Grant, grant_bonus
from cashier.breakers import Change
from cashier.models import (
    BankAccount,
    Brand,
    BreakerChange,
    BreakerState,
    Capture,
    DepositIntent,
    MerchantAccount,
    OutgoingDelivery,
    OutgoingEndpoint,
    PayoutIntent,
    PayoutPolicy,
    Player,
    SettlementRoute,
)
from cashier.operations.guarded import record_change
from cashier.operations.outgoing import fan_out
from config.backoffice.roles import PEOPLE, seed_staff
from disputes.models import Dispute, DisputePolicy, DisputeState
from ledger.actors import system_actor, user_actor
from ledger.models import ApprovalThreshold, DomainEvent, LegalEntity, Shadow, User
from ledger.operations import propose_write_off
from ledger.operations.audit_heads import sign_audit_heads
from reconciliation.models import CloseState, DailyClose, ExceptionCase, ReasonCode
from reconciliation.operations.cases import raise_case
from tests.backoffice.scene_papers import DAY, make_papers
from tests.backoffice.scene_payments import make_deposit, make_player, stamps
from tests.backoffice.scene_payouts import make_payout
from tests.backoffice.scene_risk import make_risk
from tests.backoffice.scene_routing import make_routing

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
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
    make_papers(scene)
    _bonus(scene)
    _threshold(scene)
    _outgoing(scene)
    _policies(scene)
    make_routing(scene)
    make_risk(scene)
    _circuit(scene)
    sign_audit_heads(now=now)
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


def _bonus(scene: Scene) -> None:
    """A grant with which nobody has played yet."""
    terms = Grant(kind="amount", currency="EUR", term=timedelta(days=14), amount_minor=1_500, wager_times=20)
    grant_bonus(player=scene.players[5], grant=terms, grant_ref="scene", actor=TESTER, now=scene.now)


def _threshold(scene: Scene) -> None:
    """Of a currency in which nobody asks for anything here, so that no other request needs more people."""
    ApprovalThreshold.objects.create(kind="ledger.write_off", currency="SEK", two_above_minor=1_000_000, updated_at=scene.now)
    Shadow.objects.create(rule="PAYOUT_SETTLED@1", candidate="PAYOUT_SETTLED@2", opened_at=scene.now, updated_at=scene.now)


def _outgoing(scene: Scene) -> None:
    """The platform's endpoint, with what it did not take; and one that is off."""
    endpoint = OutgoingEndpoint.objects.create(code="platform", url="https://hooks.lucky.example/", events=["*"], secret_ref="SHOP")
    OutgoingEndpoint.objects.create(code="old-platform", url="https://old.lucky.example/", events=["*"], secret_ref="OLD", is_enabled=False)
    events = list(DomainEvent.objects.order_by("id")[:6])
    fan_out(events)
    given_up, refused, *taken = OutgoingDelivery.objects.filter(endpoint=endpoint).order_by("position")
    for row, status, state in ((given_up, 500, "FAILED"), (refused, 503, "WAITING"), *((each, 200, "DELIVERED") for each in taken)):
        row.state, row.tries, row.error = state, 1, "" if status == 200 else f"answered {status}"
        if state != "WAITING":
            row.ended_at, row.next_try_at = row.made_at, None
        row.save()
        row.attempts.create(number=1, tried_at=row.made_at, duration_ms=84, status=status, answer="" if status == 200 else "no database")


def _circuit(scene: Scene) -> None:
    """A circuit that broke for a while."""
    change = Change(BreakerState.CLOSED, BreakerState.OPEN, BreakerChange.Cause.FAILURES, calls=24, failures=17)
    record_change(scene.accounts[1], change, at=scene.now - timedelta(hours=2))
    closing = Change(BreakerState.HALF_OPEN, BreakerState.CLOSED, BreakerChange.Cause.PROBES_ANSWERED)
    record_change(scene.accounts[1], closing, at=scene.now - timedelta(minutes=110))


def _policies(scene: Scene) -> None:
    """As strict as no policy at all."""
    amounts = {"review_above_minor": 0, "review_week_above_minor": 0, "second_review_above_minor": 10**12}
    PayoutPolicy.objects.create(brand=scene.brand, currency="EUR", **amounts)
    DisputePolicy.objects.create(entity=scene.entity, currency="EUR", four_eyes_above_minor=0)


def ask_for_adjustment(scene: Scene, maker: str = "ada") -> Any:
    """A request of a person, for the four-eyes pages."""
    return propose_write_off(
        entity_id=scene.entity.pk,
        what="item",
        holder=scene.accounts[1].public_id,
        asset="EUR",
        amount_minor=40,
        reason="The bank kept a charge",
        maker=user_actor(scene.staff[maker]),
        now=scene.now,
    )


__all__ = ["DAY", "NOW", "PASSWORD", "ReasonCode", "Scene", "ask_for_adjustment", "make_scene", "make_staff"]
