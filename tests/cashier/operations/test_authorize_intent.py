"""From asking to credited, at a real sandbox (C1 to C3, C7, C8, C13)."""

import pytest

from cashier import operations
from cashier.models import DepositIntent
from cashier.refusals import AttemptOpen, GateClosed, NoRoute, NotInThisState
from ledger.transitions import move
from tests.cashier.world import CALLER, World
from tests.sandbox.running import RunningSandbox

State = DepositIntent.State


@pytest.mark.spec("C1", "C3", "C8")
def test_an_approved_deposit_is_credited_once(world: World, sandbox: RunningSandbox) -> None:
    intent = world.pay("tok_approve", 5000)

    capture = world.capture_of(intent)
    assert intent.state == State.CAPTURED
    assert (capture.state, capture.amount_minor) == ("SUCCEEDED", 5000)
    assert world.wallet() == {"playable": 5000}
    assert world.kinds(intent) == ["DEPOSIT_CAPTURED"]
    assert world.balances() == {"clearing": 5000, "playable": -5000}
    assert sandbox.look_up(merchant_reference=intent.public_id)["payment"]["captured"]["minor_units"] == 5000


@pytest.mark.spec("C3")
def test_an_authorisation_credits_nothing(world: World) -> None:
    intent = world.pay("tok_approve", capture="manual")

    assert intent.state == State.AUTHORIZED
    assert intent.authorised_minor == 5000
    assert world.wallet() == {}
    assert world.kinds(intent) == []


@pytest.mark.spec("C13")
def test_a_frictionless_challenge_leaves_its_3ds_data(world: World) -> None:
    intent = world.pay("tok_frictionless", capture="manual")

    attempt = intent.attempts.get()
    assert attempt.eci == "05"
    assert attempt.cavv and attempt.ds_trans_id and attempt.three_ds_version.startswith("2")
    assert not attempt.is_challenged


@pytest.mark.spec("C2", "C13")
def test_a_challenge_waits_for_the_player(world: World) -> None:
    intent = world.pay("tok_challenge")

    assert intent.state == State.ACTION_REQUIRED
    assert intent.action["url"].startswith("http")
    assert intent.attempts.get().is_challenged
    assert world.wallet() == {}


def test_a_decline_ends_it_with_its_code_and_retry_class(world: World) -> None:
    intent = world.pay("tok_decline_insufficient_funds")

    assert intent.state == State.FAILED
    assert (intent.decline_code, intent.decline_retry) == ("insufficient_funds", "same_later")
    assert world.kinds(intent) == []


@pytest.mark.spec("C4")
def test_pay_by_bank_is_seen_before_it_is_playable(world: World) -> None:
    intent = world.pay("tok_pending_hold", 2500, method="paybybank")

    assert intent.state == State.PENDING
    assert world.wallet() == {"pending": 2500}
    assert world.kinds(intent) == ["DEPOSIT_SEEN"]
    assert world.balances() == {"unconfirmed": 2500, "pending": -2500}


@pytest.mark.spec("C19")
@pytest.mark.parametrize(
    ("model", "charged", "playable"), [("player_on_top", 5100, 5000), ("player_taken_off", 5000, 4900), ("operator", 5000, 5000)]
)
def test_who_pays_the_fee(world: World, model: str, charged: int, playable: int) -> None:
    if model != "operator":
        world.brand.fee_rules = {"card": {"model": model, "percent": "2", "fixed_minor": 0}}
        world.brand.save()
    world.player.brand.refresh_from_db()

    intent = world.pay("tok_approve", 5000)

    assert intent.gross_minor == charged
    assert world.wallet() == {"playable": playable}
    assert world.balances().get("fee_income", 0) == playable - charged


@pytest.mark.spec("C8")
def test_the_same_write_again_gives_the_same_attempt(world: World) -> None:
    intent = world.intent()
    first = world.begin(intent, operation_key="shop:1")

    second = world.begin(intent, operation_key="shop:1")

    assert second.pk == first.pk
    assert intent.attempts.count() == 1


def test_no_second_attempt_while_one_is_open(world: World) -> None:
    intent = world.intent()
    world.begin(intent)

    with pytest.raises(AttemptOpen):
        world.begin(intent)


def test_no_attempt_after_the_end(world: World) -> None:
    intent = world.pay("tok_decline_generic")

    with pytest.raises(NotInThisState):
        world.begin(intent)


@pytest.mark.spec("K9")
@pytest.mark.parametrize(
    ("edge", "code"), [("self_exclude", "PLAYER_SELF_EXCLUDED"), ("block", "PLAYER_BLOCKED"), ("close", "PLAYER_CLOSED")]
)
def test_a_closed_gate_stops_it_before_any_call_and_is_recorded(world: World, sandbox: RunningSandbox, edge: str, code: str) -> None:
    intent = world.intent()
    move(world.player, edge, actor=CALLER, now=world.now)

    with pytest.raises(GateClosed) as refusal:
        world.begin(intent)

    assert refusal.value.details["reason"] == code
    intent = world.fresh(intent)
    assert intent.attempts.count() == 0
    assert intent.gates[0]["moment"] == "authorize"
    assert intent.gates[0]["gates"][0]["is_open"] is False
    assert sandbox.look_up(merchant_reference=intent.public_id) is None


@pytest.mark.spec("K9")
def test_who_kyc_refused_pays_nothing_in_and_who_is_not_yet_known_may(world: World, sandbox: RunningSandbox) -> None:
    refused, unknown = world.intent(), world.intent()
    world.player.kyc_status = "rejected"
    world.player.save()

    with pytest.raises(GateClosed) as refusal:
        world.begin(refused)

    assert (refusal.value.details["gate"], refusal.value.details["reason"]) == ("kyc", "KYC_REJECTED")
    record = world.fresh(refused).gates[0]
    assert [gate["name"] for gate in record["gates"] if not gate["is_open"]] == ["kyc"]
    assert sandbox.look_up(merchant_reference=refused.public_id) is None

    world.player.kyc_status = "pending"
    world.player.save()
    assert world.begin(unknown).intent == unknown


@pytest.mark.spec("K9", "C2")
def test_money_that_comes_for_who_kyc_refused_meanwhile_is_not_playable(world: World, sandbox: RunningSandbox) -> None:
    """Refused while on the challenge page, which then takes the money."""
    intent = world.pay("tok_challenge")
    world.player.kyc_status = "rejected"
    world.player.save()
    sandbox.http.post(f"/challenge/{intent.attempts.get().psp_ref}", data={"outcome": "approve"})

    operations.resolve_intent(intent_id=intent.pk, now=world.now)

    assert (world.fresh(intent).state, world.wallet()) == (State.CAPTURED, {"locked": 5000})
    assert world.cases() == ["PSP_SUCCESS_AFTER_TERMINAL"]


@pytest.mark.spec("K9")
def test_a_deposit_limit_counts_what_is_under_way(world: World) -> None:
    world.player.limits = {"deposit": {"EUR": {"day_minor": 8000}}}
    world.player.save()
    world.pay("tok_approve", 5000, capture="manual")

    with pytest.raises(GateClosed) as refusal:
        world.begin(world.intent(3001))
    world.begin(world.intent(3000))

    assert refusal.value.details["reason"] == "DEPOSIT_LIMIT"


def test_no_account_takes_it(world: World) -> None:
    for account in (world.account, world.other_account):
        account.currencies = ["SEK"]
        account.save()

    with pytest.raises(NoRoute):
        world.begin(world.intent())


def test_a_paused_account_is_passed_over(world: World) -> None:
    operations.pause_captures(account_id=world.account.pk, reason="maintenance", actor=CALLER, now=world.now)

    attempt = world.begin(world.intent())

    assert attempt.merchant_account == world.other_account


@pytest.mark.spec("C7")
def test_the_key_sent_is_derived_from_ours(world: World) -> None:
    attempt = world.begin(world.intent(5000))

    assert attempt.idempotency_key == f"{attempt.intent.public_id}.1.authorize.5000.EUR"
