"""Every public event is told by the real operation that does what it says, and is in the integrators' document (A8)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from cashier import operations
from cashier.bonuses.endings import convert_bonus, expire_bonus, forfeit_bonus
from cashier.locks import lock_intent
from cashier.models import (
    Bonus,
    Brand,
    DepositIntent,
    DepositReview,
    DepositState,
    PayoutIntent,
    PayoutPolicy,
    Player,
    RoutingRules,
    WebhookRefusal,
)
from cashier.operations.endings import end_intent
from cashier.operations.payouts import cancel_payout, settle_payout
from cashier.operations.players import PlayerFacts, change_player, create_player
from cashier.operations.refund_outcomes import pend_refund as pend_refund_at_psp
from cashier.operations.settings import propose_limit
from cashier.psp.base import Outcome, PspResult
from cashier.refusals import NeedsReview
from disputes import operations as disputing
from disputes.models import Dispute, DisputePolicy
from disputes.operations.sending import finish_answer
from ledger.models import ApprovalRequest, DomainEvent
from ledger.operations import decide
from ledger.outbox import public_events
from reconciliation.models import ExceptionCase
from reconciliation.operations import raise_case
from reconciliation.operations.cases import resolve_by_key
from reconciliation.operations.casework.desk import reopen_case
from reconciliation.operations.casework.dispositions import resolve
from reconciliation.operations.watching import look_around
from tests.ledger.cast import make_person
from tests.stories.casino import SHOP, Casino

State = DepositState
DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "outgoing-webhooks.md"


# --- deposits ---


def ended(casino: Casino, state: DepositState, *, is_correction: bool = False) -> None:
    intent = casino.answer(casino.ask(100), Outcome.ACTION_REQUIRED)
    with transaction.atomic():
        locked = lock_intent(intent.pk)
        end_intent(intent=locked, state=state, occurred_at=casino.now, is_correction=is_correction, **casino.by)


def captured_late(casino: Casino) -> None:
    intent = casino.answer(casino.ask(100), Outcome.ACTION_REQUIRED)
    with transaction.atomic():
        end_intent(intent=lock_intent(intent.pk), state=State.EXPIRED, occurred_at=casino.now, **casino.by)
    casino.proved(DepositIntent.objects.get(pk=intent.pk))


def canceled(casino: Casino) -> None:
    operations.cancel_intent(intent_id=casino.ask(100).pk, **casino.by)


def reviewed_deposit(casino: Casino, *, allow: bool = False) -> None:
    body = {"rules": [{"when": {}, "effect": "review"}], "options": {}, "splits": []}
    RoutingRules.objects.create(
        version=1, state=RoutingRules.State.ACTIVE, body=body, digest="x", maker_kind="system", maker_id="test", created_at=casino.now,
        updated_at=casino.now,
    )  # fmt: skip
    order = operations.AuthorizeOrder(payment_token="tok_approve", capture="auto")
    with pytest.raises(NeedsReview):
        operations.begin_authorization(intent_id=casino.ask(100).pk, order=order, **casino.by)
    if allow:
        operations.decide_review(
            review_id=DepositReview.objects.get().pk, allow=True, reason="known", checker=make_person("rafe"), now=casino.now
        )


def capture_refused(casino: Casino) -> None:
    intent = casino.answer(casino.ask(100), Outcome.APPROVED, capture="manual")
    operations.begin_capture(intent_id=intent.pk, amount_minor=None, operation_key="", **casino.by)
    with transaction.atomic():
        end_intent(intent=lock_intent(intent.pk), state=State.FAILED, occurred_at=casino.now, **casino.by)


def fail_late(casino: Casino) -> None:
    operations.fail_capture_late(capture_id=casino.deposit(100).pk, occurred_at=casino.now, **casino.by)


def returned(casino: Casino) -> None:
    operations.return_deposit(capture_id=casino.deposit(100).pk, return_ref="r", occurred_at=casino.now, **casino.by)


def refund(casino: Casino, *hows: str) -> None:
    made = casino.refund(casino.deposit(100), 50)
    for how in hows:
        casino.end_refund(made, how)


def pend_refund(casino: Casino) -> None:
    made = casino.refund(casino.deposit(100), 50)
    pend_refund_at_psp(refund_id=made.pk, psp_ref="psp", **casino.by)


# --- payouts ---


def payout(casino: Casino, *hows: str) -> PayoutIntent:
    casino.deposit(500)
    made = casino.payout(100)
    if hows and hows[0] != "cancel":
        casino.send(made)
    for how in hows:
        if how == "return":
            casino.return_payout(made, 100)
        elif how != "send":
            casino.end_payout(made, how)
    return made


def reviewed(casino: Casino) -> ApprovalRequest:
    PayoutPolicy.objects.update(review_above_minor=0, review_week_above_minor=0)
    casino.deposit(500)
    casino.payout(100)
    return ApprovalRequest.objects.get(kind="payout.approve")


def rejected(casino: Casino) -> None:
    decide(request_id=reviewed(casino).pk, approve=False, checker=make_person("rafe", "approve_payout"), reason="no", now=casino.now)


def paid_after_release(casino: Casino) -> None:
    settle_payout(payout_id=payout(casino, "fail").pk, occurred_at=casino.now, **casino.by)


def canceled_payout(casino: Casino) -> None:
    reviewed(casino)
    cancel_payout(payout_id=PayoutIntent.objects.get().pk, reason="asked", **casino.by)


# --- players and bonuses ---


def changed(casino: Casino, *states: str, **facts: Any) -> None:
    for state in states:
        change_player(player_id=casino.player.pk, facts=PlayerFacts(status=state), **casino.by)
    if facts:
        change_player(player_id=casino.player.pk, facts=PlayerFacts(**facts), **casino.by)


def limit_raised(casino: Casino) -> None:
    change_player(player_id=casino.player.pk, facts=PlayerFacts(limits={"deposit": {"EUR": {"day_minor": 100}}}), **casino.by)
    DomainEventCount.before = DomainEvent.objects.filter(name="player.limits_changed").count()
    asked = propose_limit(
        player_id=casino.player.pk, path="deposit.EUR.day_minor", limit_minor=200, reason="asked", maker=casino.maker, now=casino.now
    )
    later = casino.now + timedelta(days=2)
    decide(request_id=asked.pk, approve=True, checker=make_person("kim", "approve_limit"), reason="", now=later)


class DomainEventCount:
    before = 0


def granted(casino: Casino, how: str = "", **terms: Any) -> None:
    bonus = casino.grant(1000, **terms)
    if how == "convert":
        Bonus.objects.filter(pk=bonus.pk).update(wagered_minor=F("required_minor"))
        convert_bonus(bonus_id=bonus.pk, **casino.by)
    elif how == "expire":
        expire_bonus(bonus_id=bonus.pk, actor=SHOP, now=casino.now + timedelta(days=8))
    elif how == "forfeit":
        forfeit_bonus(bonus_id=bonus.pk, reason="asked", **casino.by)


# --- disputes and cases ---


def disputed(casino: Casino, act: Callable[..., Dispute] | None = None, *, first: str = "open", **facts: Any) -> Dispute:
    dispute = casino.chargeback(first, casino.deposit(1000))
    return act(**{**casino.ending(dispute), **facts}) if act else dispute


def told_plainly(act: Callable[..., Dispute]) -> Callable[..., Dispute]:
    """An ending that books nothing is not told by whom it is known."""
    return lambda **facts: act(**{name: value for name, value in facts.items() if name != "told_by"})


def answered(casino: Casino, how: str) -> Dispute:
    DisputePolicy.objects.create(entity=casino.entity, currency="EUR", four_eyes_above_minor=1_000_000)
    dispute = casino.chargeback("open", casino.deposit(1000))
    if how == "accept":
        answer = disputing.accept_dispute(dispute_id=dispute.pk, reason="not worth it", **casino.by)
    else:
        disputing.attach_evidence(
            dispute_id=dispute.pk, content=b"%PDF-1.7 proof", name="play.pdf", content_type="application/pdf", kind="gameplay",
            source="game server", **casino.by,
        )  # fmt: skip
        answer = disputing.submit_dispute(dispute_id=dispute.pk, note="Dear issuer", reason="proof", **casino.by)
    finish_answer(answer.pk, PspResult(Outcome.SUBMITTED, "psp"), casino.now)
    return Dispute.objects.get(pk=dispute.pk)


def pre_arbitration(casino: Casino) -> None:
    dispute = answered(casino, "submit")
    disputing.go_to_pre_arbitration(dispute_id=dispute.pk, **casino.by)


def credited(casino: Casino, *, again: bool = False) -> None:
    capture = answered(casino, "submit").capture
    casino.chargeback("debit", capture)
    casino.chargeback("credit", capture)
    if again:
        casino.chargeback("open", capture, movement=2)


def case(casino: Casino, how: str = "") -> ExceptionCase:
    made = raise_case(
        code="FEE_UNEXPECTED", entity_id=casino.entity.pk, business_date=casino.now.date(), amount_minor=5, currency="EUR",
        dedupe_key="one", now=casino.now,
    )  # fmt: skip
    if how == "auto":
        resolve_by_key("one", rule="came_in", text="It came in.", now=casino.now)
    elif how:
        with transaction.atomic():
            resolve(
                ExceptionCase.objects.select_for_update().get(pk=made.pk),
                "outside",
                "It is not of these books.",
                actor=SHOP,
                now=casino.now,
            )
        if how == "reopen":
            reopen_case(case_id=made.pk, reason="It was not.", actor=casino.maker, now=casino.now)
    return made


def noticed(casino: Casino, *, passes: bool = False) -> None:
    """A PSP repeats its events, and an hour later does so no more."""
    WebhookRefusal.objects.create(
        hour=casino.now.replace(minute=0, second=0, microsecond=0), account_code=SHOP, reason="duplicate", count=50
    )
    look_around(now=casino.now)
    if passes:
        look_around(now=casino.now + timedelta(hours=1))


ACTS: dict[str, Callable[[Casino], Any]] = {
    "deposit.initiated": lambda c: c.ask(100),
    "deposit.action_required": lambda c: c.answer(c.ask(100), Outcome.ACTION_REQUIRED),
    "deposit.authorized": lambda c: c.answer(c.ask(100), Outcome.APPROVED, capture="manual"),
    "deposit.pending": lambda c: c.answer(c.ask(100, method="paybybank"), Outcome.PENDING),
    "deposit.captured": lambda c: c.deposit(100),
    "deposit.captured_late": captured_late,
    "deposit.failed": lambda c: c.answer(c.ask(100), Outcome.DECLINED),
    "deposit.expired": lambda c: ended(c, State.EXPIRED),
    "deposit.canceled": canceled,
    "deposit.voided": lambda c: ended(c, State.VOIDED),
    "deposit.status_corrected": lambda c: ended(c, State.FAILED, is_correction=True),
    "deposit.held_for_review": reviewed_deposit,
    "deposit.review_allowed": lambda c: reviewed_deposit(c, allow=True),
    "capture.succeeded": lambda c: c.deposit(100),
    "capture.late_money": captured_late,
    "capture.refused": capture_refused,
    "capture.failed_late": fail_late,
    "capture.returned": returned,
    "refund.submitted": refund,
    "refund.pending": pend_refund,
    "refund.processed": lambda c: refund(c, "process"),
    "refund.failed": lambda c: refund(c, "fail"),
    "refund.reversed": lambda c: refund(c, "process", "reverse"),
    "payout.requested": payout,
    "payout.under_review": reviewed,
    "payout.approved": payout,
    "payout.submitted": lambda c: payout(c, "send"),
    "payout.settled": lambda c: payout(c, "settle"),
    "payout.failed": lambda c: payout(c, "fail"),
    "payout.returned": lambda c: payout(c, "settle", "return"),
    "payout.rejected": rejected,
    "payout.canceled": canceled_payout,
    "payout.paid_after_release": paid_after_release,
    "player.created": lambda c: create_player(brand=Brand.objects.get(), external_id="new", facts=PlayerFacts({"country": "MT"}), **c.by),
    "player.blocked": lambda c: changed(c, Player.State.BLOCKED),
    "player.activated": lambda c: changed(c, Player.State.BLOCKED, Player.State.ACTIVE),
    "player.self_excluded": lambda c: changed(c, Player.State.SELF_EXCLUDED),
    "player.closed": lambda c: changed(c, Player.State.CLOSED),
    "player.kyc_changed": lambda c: changed(c, fields={"kyc_level": 3}),
    "player.limits_changed": lambda c: changed(c, limits={"deposit": {"EUR": {"day_minor": 100}}}),
    "bonus.granted": granted,
    "bonus.paid": lambda c: granted(c, wager_times=0),
    "bonus.converted": lambda c: granted(c, "convert"),
    "bonus.expired": lambda c: granted(c, "expire"),
    "bonus.forfeited": lambda c: granted(c, "forfeit"),
    "dispute.inquiry": lambda c: disputed(c, first="inquire"),
    "dispute.inquiry_released": lambda c: disputed(c, disputing.close_inquiry, first="inquire"),
    "dispute.opened": disputed,
    "dispute.reopened": lambda c: credited(c, again=True),
    "dispute.submitted": lambda c: answered(c, "submit"),
    "dispute.accepted": lambda c: answered(c, "accept"),
    "dispute.pre_arbitration": pre_arbitration,
    "dispute.won_provisionally": credited,
    "dispute.won": lambda c: disputed(c, disputing.win_dispute),
    "dispute.lost": lambda c: disputed(c, told_plainly(disputing.lose_dispute)),
    "dispute.expired": lambda c: disputed(c, told_plainly(disputing.expire_dispute)),
    "dispute.withdrawn": lambda c: disputed(c, disputing.withdraw_dispute),
    "dispute.auto_refunded": lambda c: disputed(c, disputing.auto_refund_dispute, first="inquire"),
    "case.raised": case,
    "case.auto_resolved": lambda c: case(c, "auto"),
    "case.resolved": lambda c: case(c, "resolve"),
    "case.reopened": lambda c: case(c, "reopen"),
    "alert.raised": noticed,
    "alert.passed": lambda c: noticed(c, passes=True),
}
OF_CLOSES = {"close.signed_off", "close.reopened"}


@pytest.mark.spec("A8")
@pytest.mark.parametrize("name", ACTS)
def test_an_act_tells_its_event(name: str, casino: Casino, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)

    ACTS[name](casino)

    told = DomainEvent.objects.filter(name=name)
    assert told.exists(), sorted(set(DomainEvent.objects.values_list("name", flat=True)))
    event = told[0]
    assert event.body and event.subject
    assert event.brand == ("" if name.startswith(("case.", "alert.")) else "lucky")


@pytest.mark.spec("A8", "K5")
def test_a_raised_limit_is_told_when_it_holds(casino: Casino) -> None:
    limit_raised(casino)

    told = DomainEvent.objects.filter(name="player.limits_changed").order_by("id")
    assert (told.count(), DomainEventCount.before) == (2, 1)
    assert [event.body["limits"]["deposit"]["EUR"]["day"] for event in told] == ["1.00", "2.00"]


@pytest.mark.spec("A8")
def test_a_signed_and_a_reopened_day_are_told(ready: Any) -> None:
    from tests.reconciliation.closing.test_reopen import reopen, sign_day

    sign_day(ready)
    reopen(ready)

    assert set(DomainEvent.objects.filter(name__startswith="close.").values_list("name", flat=True)) == OF_CLOSES


@pytest.mark.spec("A8")
def test_each_public_event_has_an_act_and_a_line_for_integrators() -> None:
    assert set(public_events()) == set(ACTS) | OF_CLOSES
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in public_events() if f"`{name}`" not in text] == []
