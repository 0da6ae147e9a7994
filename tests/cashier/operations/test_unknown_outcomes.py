"""No answer is not "failed": the PSP is asked, and nobody is charged twice (C7, C8, C20)."""

from datetime import timedelta
from typing import Any

import pytest

from cashier import operations
from cashier.bulkhead import give_back, next_parked, take_slot
from cashier.models import Attempt, DepositIntent, PspCall
from cashier.operations import calls
from ledger.clock import real_now
from tests.cashier.world import World
from tests.sandbox.running import RunningSandbox

State = DepositIntent.State


def make_due(attempt: Attempt) -> None:
    """Its next try is now, long after it was sent."""
    row = Attempt.objects.get(pk=attempt.pk)
    row.next_try_at = real_now() - timedelta(seconds=1)
    row.sent_at = row.sent_at and real_now() - timedelta(minutes=1)
    row.nudged_at = real_now() - timedelta(minutes=1)
    row.save()


def charged(sandbox: RunningSandbox, intent: DepositIntent) -> list[dict[str, Any]]:
    found = sandbox.control("GET", f"books?merchant_reference={intent.public_id}")
    assert found["double_charged"] == []
    return list(found["charges"])


@pytest.mark.spec("C8")
@pytest.mark.parametrize("token", ["tok_timeout_after", "tok_error_after"])
def test_charged_without_an_answer_is_found_by_asking(world: World, sandbox: RunningSandbox, token: str) -> None:
    intent = world.intent()
    attempt = world.begin(intent, token)

    with world.impatient():
        assert world.send(attempt) == "unknown"
    assert world.fresh(attempt).call_state == PspCall.CallState.UNKNOWN
    assert world.fresh(intent).state == State.INITIATED
    assert world.wallet() == {}
    make_due(attempt)
    world.send(attempt)

    assert world.fresh(intent).state == State.CAPTURED
    assert world.wallet() == {"playable": 5000}
    assert charged(sandbox, intent)[0]["payments"] == 1


@pytest.mark.spec("C7", "C8")
@pytest.mark.parametrize("token", ["tok_timeout_before", "tok_error"])
def test_not_charged_it_is_sent_again_with_the_same_key_after_a_while(world: World, sandbox: RunningSandbox, token: str) -> None:
    intent = world.intent()
    attempt = world.begin(intent, token)
    with world.impatient():
        assert world.send(attempt) == "unknown"

    early = world.fresh(attempt)
    early.next_try_at = real_now()
    early.save()
    assert world.send(attempt) == "asked"
    make_due(attempt)
    assert world.send(attempt) == "CAPTURED"

    assert world.wallet() == {"playable": 5000}
    assert charged(sandbox, intent)[0]["payments"] == 1
    assert intent.attempts.count() == 1


@pytest.mark.spec("C8", "C20")
def test_a_worker_that_died_after_sending_is_found_by_the_sweeper(
    world: World, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = world.intent()
    attempt = world.begin(intent)

    class Killed(BaseException):
        """kill -9 between the call and its outcome."""

    def die(*args: Any) -> None:
        raise Killed

    dying = calls.Act(**{**{name: getattr(operations.AUTHORIZE, name) for name in operations.AUTHORIZE.__slots__}, "finish": die})
    with pytest.raises(Killed):
        calls.run_call(dying, call_id=attempt.pk, now=world.now)
    assert world.fresh(attempt).call_state == PspCall.CallState.SENT
    assert world.send(attempt) == "not due"
    assert operations.sweep_calls() == 0

    make_due(attempt)
    assert operations.sweep_calls() == 1
    world.send(attempt)

    assert world.fresh(intent).state == State.CAPTURED
    assert world.wallet() == {"playable": 5000}
    assert charged(sandbox, intent)[0]["payments"] == 1


@pytest.mark.spec("C8")
def test_a_lost_nudge_is_found_by_the_sweeper_once(world: World) -> None:
    attempt = world.begin(world.intent())
    assert operations.sweep_calls() == 0

    row = world.fresh(attempt)
    row.nudged_at = real_now() - timedelta(minutes=1)
    row.save()

    assert operations.sweep_calls() == 1
    assert operations.sweep_calls() == 0


@pytest.mark.spec("C8")
def test_a_psp_that_can_not_be_reached_was_not_asked_anything(world: World) -> None:
    world.account.base_url = "http://127.0.0.1:9"
    world.account.save()
    intent = world.intent()
    attempt = world.begin(intent)
    type(attempt).objects.filter(pk=attempt.pk).update(tries=7)  # so that the next try is half a minute away at least

    assert world.send(attempt) == "unreachable"

    row = world.fresh(attempt)
    assert row.call_state == PspCall.CallState.READY
    assert row.next_try_at > real_now() and row.tries == 8
    assert world.send(attempt) == "not due"


@pytest.mark.spec("C9")
def test_backoff_grows_with_jitter_up_to_a_limit() -> None:
    for tries, longest in ((1, 1.5), (4, 12), (30, 450)):
        assert timedelta(0) < calls.backoff(tries) <= timedelta(seconds=longest)


@pytest.mark.spec("C9")
def test_without_a_slot_the_call_is_parked_and_stays_ready(world: World) -> None:
    world.account.concurrency = 1
    world.account.save()
    attempt = world.begin(world.intent())
    slot = take_slot(world.account.code, limit=1, seconds=30)
    assert slot is not None

    assert world.send(attempt) == "parked"
    assert world.fresh(attempt).call_state == PspCall.CallState.READY
    assert next_parked(world.account.code) == ("cashier.tasks.psp.authorize", attempt.pk)

    give_back(slot)
    assert world.send(attempt) == "CAPTURED"


@pytest.mark.spec("C9")
def test_slots_are_leases(world: World) -> None:
    import time

    assert take_slot("LEASED", limit=1, seconds=0.5) is not None
    time.sleep(0.6)

    assert take_slot("LEASED", limit=1, seconds=5) is not None
    assert take_slot("LEASED", limit=1, seconds=5) is None


@pytest.mark.spec("C22")
def test_without_redis_each_process_counts_for_itself(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis import Redis

    from cashier import bulkhead

    monkeypatch.setattr(bulkhead, "quick_redis", lambda: Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.1))
    first = take_slot("ALONE", limit=1, seconds=5)

    assert first is not None and first.is_local
    assert take_slot("ALONE", limit=1, seconds=5) is None
    give_back(first)
    second = take_slot("ALONE", limit=1, seconds=5)
    assert second is not None
    give_back(second)
    assert world.pay("tok_approve").state == State.CAPTURED


@pytest.mark.spec("C8")
def test_an_answer_that_comes_after_the_end_gives_the_authorisation_back(world: World, sandbox: RunningSandbox) -> None:
    from cashier.operations.endings import end_intent
    from tests.cashier.world import CALLER

    intent = world.intent()
    attempt = world.begin(intent, capture="manual")
    end_intent(intent=world.fresh(intent), state=State.EXPIRED, occurred_at=world.now, actor=CALLER, now=world.now)

    world.send(attempt)
    operations.run_call(operations.VOID, call_id=intent.voids.get().pk, now=world.now)

    assert world.fresh(intent).state == State.EXPIRED
    assert sandbox.state_of(intent.public_id) == "VOIDED"


@pytest.mark.spec("C8")
@pytest.mark.parametrize(
    ("state", "age_seconds", "tries", "latest_seconds"),
    [
        ("UNKNOWN", 16, 5, 4),  # not beyond the moment from which it may be sent again, 20 s after it was sent
        ("UNKNOWN", 2, 1, 1.5),  # sooner where its turn is sooner
        ("UNKNOWN", 25, 5, 24),  # from then on, later each time
        ("READY", 1, 5, 24),  # never sent: there is nothing to wait for
    ],
)
def test_what_is_not_known_there_is_tried_again_when_it_may_be_sent_again(
    state: str, age_seconds: int, tries: int, latest_seconds: float
) -> None:
    from cashier.models import Attempt
    from cashier.operations.calls import next_try

    at = real_now()
    row = Attempt(call_state=state, sent_at=at - timedelta(seconds=age_seconds), tries=tries)
    times = [(next_try(row, at) - at).total_seconds() for _ in range(50)]
    assert max(times) <= latest_seconds
    assert min(times) >= min(0.5 * 2 ** (tries - 1), latest_seconds)
