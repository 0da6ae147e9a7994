"""Events outlast an outage of their PSP: tried for more than a day, and back by themselves when it answers (W5)."""

from datetime import timedelta

import pytest

from cashier.models import Attempt, MerchantAccount, PspEvent, PspEventWork
from cashier.operations import apply, revive_after_outage
from cashier.operations.apply import OUTAGE_FOR, OUTAGE_WAIT, apply_event
from cashier.operations.outages import due_again
from ledger.clock import real_now
from ledger.models import AuditRecord
from tests.cashier.webhooks.test_apply_event import eur, tell
from tests.cashier.world import World

pytestmark = pytest.mark.spec("W5")
DARK = "http://127.0.0.1:9"


@pytest.fixture
def event(world: World) -> PspEvent:
    """A notification of money at a PSP that can't be asked about it any more."""
    intent = world.pay("tok_challenge")
    move_to(world, DARK)
    tell(world, "payment.captured", intent, psp_ref=intent.attempts.get().psp_ref, capture_id="c_1", amount=eur(5000))
    return PspEvent.objects.get(psp_ref=intent.attempts.get().psp_ref)


def move_to(world: World, url: str) -> None:
    MerchantAccount.objects.filter(pk=world.account.pk).update(base_url=url)


def try_at(event: PspEvent, world: World, hours: float) -> PspEventWork:
    PspEventWork.objects.update(next_try_at=real_now())
    apply_event(event_id=event.pk, now=world.now + timedelta(hours=hours))
    return PspEventWork.objects.get(event=event)


def test_it_is_tried_for_more_than_a_day_however_often(world: World, event: PspEvent) -> None:
    PspEventWork.objects.update(tries=apply.MOST_TRIES + 100)
    work = try_at(event, world, 30)
    assert (work.state, work.is_outage) == ("RECEIVED", True)
    assert work.next_try_at is not None and work.next_try_at - real_now() <= OUTAGE_WAIT
    assert try_at(event, world, OUTAGE_FOR / timedelta(hours=1) + 1).state == "DEAD"


def rest(hours: float) -> None:
    """Its last try was so long ago."""
    at = (real_now() - timedelta(hours=hours)).isoformat()
    PspEventWork.objects.filter(is_outage=True).update(log=[{"at": at, "ms": 1, "result": "x", "error": ""}])


def test_a_dead_letter_of_an_outage_comes_back_and_with_it_all_others(world: World, event: PspEvent) -> None:
    up = world.other_account.base_url
    try_at(event, world, 40)
    assert revive_after_outage(now=world.now) == 0, "it was asked a moment ago"
    rest(hours=0.2)
    Attempt.objects.update(sent_at=real_now() - timedelta(days=2))
    assert revive_after_outage(now=world.now) == 0, "it is silent: once an hour"

    MerchantAccount.objects.filter(pk=world.account.pk).update(base_url=up)
    Attempt.objects.filter(merchant_account=world.account).update(sent_at=real_now(), answered_at=real_now())
    assert revive_after_outage(now=world.now) == 1
    work = PspEventWork.objects.get(event=event)
    assert (work.state, work.tries, work.is_outage) == ("RECEIVED", 0, False)
    assert AuditRecord.objects.get(act="event.revived").detail == {"code": "SANDBOX_EU", "events": 1}


def test_once_one_is_applied_all_follow(world: World, event: PspEvent) -> None:
    letters = [PspEventWork(event=event, state="DEAD", is_outage=True) for _ in range(3)]
    rest(hours=0.1)
    PspEventWork.objects.update(state="APPLIED", is_outage=False, applied_at=world.now)
    for letter in letters:
        letter.log = [{"at": (real_now() - timedelta(hours=1)).isoformat()}]
    assert due_again(world.account, letters) == letters


def test_a_silent_psp_is_tried_with_one_letter_an_hour(world: World, event: PspEvent) -> None:
    try_at(event, world, 40)
    rest(hours=2)
    assert revive_after_outage(now=world.now) == 1
    assert revive_after_outage(now=world.now) == 0


def test_what_fails_by_itself_is_dead_after_its_tries_and_stays(world: World, event: PspEvent) -> None:
    PspEventWork.objects.update(state="DEAD", is_outage=False)
    assert revive_after_outage(now=world.now) == 0
