"""Money of another payer stays in pending until a person decides (K10)."""

import json
from typing import Any

import pytest

from cashier import operations
from cashier.models import Attempt, DepositIntent, DepositState, Hold, Instrument, PayerCheck, PayerPolicy, PayerState
from cashier.operations.expiry import expire_intent
from cashier.operations.payer_holds import accept_payer, has_payer_held, keep_refused, unsee_payer
from cashier.operations.payers import open_payer
from cashier.operations.players import keep_identity
from cashier.operations.resolve import resolve_intent
from cashier.refusals import NotInThisState
from ledger.actors import system_actor
from tests.cashier.world import World

pytestmark = pytest.mark.spec("K10")
RISK = system_actor("risk")
ADA = {"first_name": "Ada", "last_name": "Lovelace", "iban": "MT84MALT011000012345MTLCAST001S"}


@pytest.fixture
def ada(world: World) -> World:
    keep_identity(world.player, ADA, now=world.now)
    return world


def paid_by_another(world: World, **order: Any) -> DepositIntent:
    return world.pay("tok_approve.payer_other", **order)


def attempt_of(intent: DepositIntent) -> Attempt:
    return Attempt.objects.get(intent=intent)


def test_the_players_own_name_is_credited_as_ever(ada: World) -> None:
    intent = ada.pay("tok_approve.payer~LOVELACE_A")
    assert (intent.state, ada.wallet(), ada.cases()) == (DepositState.CAPTURED, {"playable": 5000}, [])
    check = PayerCheck.objects.get()
    assert (check.state, check.reason, check.score, check.threshold) == (PayerState.SAME, "name_agrees", 98, 85)
    assert attempt_of(intent).payer == PayerState.SAME


def test_a_rail_that_names_nobody_is_not_asked(ada: World) -> None:
    assert ada.pay().state == DepositState.CAPTURED
    assert not PayerCheck.objects.exists()


@pytest.mark.parametrize("method", ["card", "paybybank"])
def test_another_payer_stays_pending_with_a_case(ada: World, method: str) -> None:
    intent = paid_by_another(ada, method=method)

    capture = ada.capture_of(intent)
    assert (intent.state, intent.pending_minor, ada.wallet()) == (DepositState.PENDING, 5000, {"pending": 5000})
    assert (capture.state, capture.is_seen, bool(capture.psp_ref)) == ("SUBMITTED", True, True)
    assert ada.kinds(intent) == ["DEPOSIT_SEEN"]
    assert ada.cases() == ["PAYER_NAME_MISMATCH"]
    told = ada.told[0]
    assert told["facts"] == {"why": "name_differs", "score": told["facts"]["score"], "threshold": 85, "rule": "payer@1"}
    assert told["facts"]["score"] < 85 and ("capture", capture.public_id) in told["links"]


def test_no_name_is_kept_in_clear_told_or_logged(ada: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(0):
        intent = paid_by_another(ada)
    check = PayerCheck.objects.get()
    everything = json.dumps(attempt_of(intent).answer) + repr(ada.told) + caplog.text + bytes(check.sealed).decode("latin-1")
    assert "Thirdparty" not in everything and "NL13TEST" not in everything and "Lovelace" not in everything
    assert (open_payer(check).name, open_payer(check).iban) == ("Robin Thirdparty", "NL13TEST0123456789")


def test_asking_again_changes_nothing_and_time_does_not_end_it(ada: World) -> None:
    intent = paid_by_another(ada)
    assert resolve_intent(intent_id=intent.pk, now=ada.now) == "payer_held"
    assert has_payer_held(intent) and expire_intent(intent_id=intent.pk, now=ada.now) == "put off"
    assert (ada.fresh(intent).state, ada.kinds(intent), len(ada.told)) == (DepositState.PENDING, ["DEPOSIT_SEEN"], 1)


def test_a_person_accepts_and_the_same_payer_is_not_asked_about_again(ada: World) -> None:
    intent = paid_by_another(ada)
    accept_payer(capture_id=ada.capture_of(intent).pk, note="marriage certificate seen", actor=RISK, now=ada.now)
    assert (ada.fresh(intent).state, ada.wallet()) == (DepositState.CAPTURED, {"playable": 5000})
    assert ada.kinds(intent) == ["DEPOSIT_SEEN", "DEPOSIT_CAPTURED"]
    with pytest.raises(NotInThisState):
        accept_payer(capture_id=ada.capture_of(intent).pk, note="again", actor=RISK, now=ada.now)

    assert paid_by_another(ada).state == DepositState.CAPTURED
    assert PayerCheck.objects.order_by("pk").last().reason == "accepted_before"  # type: ignore[union-attr]


def test_a_person_refuses_and_it_goes_back_where_it_came_from(ada: World) -> None:
    intent = paid_by_another(ada)
    capture = ada.capture_of(intent)
    unsee_payer(capture_id=capture.pk, note="a brother's card", actor=RISK, now=ada.now)
    hold = keep_refused(capture_id=capture.pk, actor=RISK, now=ada.now)
    assert (hold.kind, ada.wallet()) == (Hold.Kind.LATE_MONEY, {"locked": 5000})
    refund = operations.refund_late_money(capture_id=capture.pk, actor=RISK, now=ada.now)
    operations.run_call(operations.REFUND, call_id=refund.pk, now=ada.now)
    assert ada.kinds(intent)[:3] == ["DEPOSIT_SEEN", "DEPOSIT_UNSEEN", "DEPOSIT_LATE_MONEY"]
    assert attempt_of(intent).payer == PayerState.REFUSED


def test_a_payer_cannot_be_compared_without_the_players_name(world: World) -> None:
    assert world.pay("tok_approve.payer~Ada_Lovelace").state == DepositState.PENDING
    assert world.told[0]["facts"]["why"] == "no_identity"
    PayerPolicy.objects.create(brand=world.brand, unknown=PayerPolicy.Unknown.LET)
    assert world.pay("tok_approve.payer~Grace_Hopper").state == DepositState.CAPTURED


def test_the_threshold_is_data_of_the_brand(ada: World) -> None:
    PayerPolicy.objects.create(brand=ada.brand, name_threshold=100)
    assert ada.pay("tok_approve.payer~LOVELACE_A").state == DepositState.PENDING


def test_late_money_of_another_payer_waits_for_a_person_whatever_the_policy(ada: World) -> None:
    ada.brand.late_money = "CREDIT"
    ada.brand.save()
    intent = ada.intent()
    attempt = ada.begin(intent, "tok_approve.payer_other")
    operations.run_call(operations.AUTHORIZE, call_id=attempt.pk, now=ada.now)
    assert ada.wallet() == {"pending": 5000}
    other = ada.intent()
    waiting = ada.begin(other, "tok_timeout_after.payer_other")
    DepositIntent.objects.filter(pk=other.pk).update(state="EXPIRED")
    with ada.impatient():
        assert ada.send(waiting) == "unknown"
    resolve_intent(intent_id=other.pk, now=ada.now)
    assert ada.wallet() == {"pending": 5000, "locked": 5000}


@pytest.mark.spec("C24")
def test_an_instrument_of_another_owner_is_not_verified(ada: World) -> None:
    stored = operations.store_instrument(
        player=ada.player, method="card", token="tok_approve.payer_other~i", masked="", region="MT", actor=RISK, now=ada.now
    )
    operations.run_call(operations.VERIFY, call_id=stored.pk, now=ada.now)
    instrument = Instrument.objects.get()
    assert (instrument.state, instrument.decline_code) == ("UNVERIFIED", "owner_differs")
    assert PayerCheck.objects.get().instrument == instrument
