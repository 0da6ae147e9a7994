"""Outgoing webhooks over real HTTP (A8): signed, in order, again until taken, nothing lost, and never to where they must not go."""

from datetime import timedelta
from typing import Any

import pytest

from cashier.models import OutgoingAttempt, OutgoingDelivery, OutgoingEndpoint
from cashier.operations.outgoing import drain_endpoint, sweep_deliveries
from cashier.operations.outgoing.delivering import Taken, finish, send, take_next
from cashier.outgoing.signing import is_signed
from cashier.outgoing.transport import MOST_ANSWER_BYTES
from ledger.clock import real_now
from ledger.models import AuditRecord
from ledger.operations import dispatch_events
from tests.concurrency.threads import at_once
from tests.lived import lived
from tests.outgoing.receiving import OLDER_SECRET, SECRET, Platform
from tests.stories.casino import Casino

State = OutgoingDelivery.State
DEPOSIT = ["deposit.initiated", "capture.succeeded", "deposit.captured"]


def dispatch(casino: Casino) -> int:
    return dispatch_events(now=casino.now, wait_seconds=5)


def drain(casino: Casino, endpoint: OutgoingEndpoint) -> int:
    return drain_endpoint(endpoint_id=endpoint.pk, now=casino.now)


def tell(casino: Casino, endpoint: OutgoingEndpoint) -> list[OutgoingDelivery]:
    """A deposit, made into deliveries that wait."""
    casino.deposit(5000)
    dispatch(casino)
    return list(OutgoingDelivery.objects.filter(endpoint=endpoint).order_by("position"))


def make_due(**filters: Any) -> None:
    """The time of the next try has come."""
    OutgoingDelivery.objects.filter(state=State.WAITING, **filters).update(next_try_at=real_now())


@pytest.mark.spec("A8")
def test_a_deposit_is_told_in_order_and_signed_with_both_secrets(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform
) -> None:
    tell(committed_casino, endpoint)

    assert drain(committed_casino, endpoint) == 3

    assert platform.types() == DEPOSIT
    assert [heard.message["sequence"] for heard in platform.heard] == [1, 2, 3]
    for heard in platform.heard:
        facts: dict[str, Any] = {"message_id": heard.id, "timestamp": int(heard.headers["webhook-timestamp"]), "body": heard.body}
        assert is_signed(heard.headers["webhook-signature"], SECRET, **facts)
        assert is_signed(heard.headers["webhook-signature"], OLDER_SECRET, **facts)
        assert heard.id == heard.message["id"]
        assert abs(facts["timestamp"] - real_now().timestamp()) < 60
    assert set(OutgoingDelivery.objects.values_list("state", flat=True)) == {State.DELIVERED}
    attempt = OutgoingAttempt.objects.first()
    assert attempt is not None and (attempt.status, attempt.number, attempt.error) == (204, 1, "")


@pytest.mark.spec("A8")
def test_an_endpoint_hears_what_it_asked_for_of_its_brands(committed_casino: Casino, platform: Platform) -> None:
    made = [
        OutgoingEndpoint.objects.create(code=code, url=platform.url, events=events, brands=brands, secret_ref="SHOP")
        for code, events, brands in (
            ("one", ["deposit.captured"], []), ("area", ["deposit.*"], ["lucky"]), ("other", ["*"], ["unlucky"]), ("none", ["case.*"], []),
        )
    ]  # fmt: skip
    OutgoingEndpoint.objects.create(code="off", url=platform.url, events=["*"], secret_ref="SHOP", is_enabled=False)
    committed_casino.deposit(5000)
    dispatch(committed_casino)

    counts = {endpoint.code: endpoint.deliveries.count() for endpoint in made}

    assert counts == {"one": 1, "area": 2, "other": 0, "none": 0}
    assert OutgoingDelivery.objects.filter(endpoint__code="off").count() == 0


@pytest.mark.spec("A8")
def test_what_was_not_taken_is_sent_again_and_what_comes_after_it_waits(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform
) -> None:
    platform.always(503, b"resting 4111 1111 1111 1111\x00")
    first, *later = tell(committed_casino, endpoint)
    committed_casino.another_player()
    other = committed_casino.ask(100)
    dispatch(committed_casino)

    assert drain(committed_casino, endpoint) == 2

    assert platform.types() == ["deposit.initiated"] * 2
    assert {heard.message["aggregate"] for heard in platform.heard} == {first.aggregate, other.public_id}
    first.refresh_from_db()
    assert (first.state, first.tries, first.error) == (State.WAITING, 1, "answered 503")
    attempt = first.attempts.get()
    answered_at = attempt.tried_at + timedelta(milliseconds=attempt.duration_ms)
    assert first.next_try_at is not None and timedelta(seconds=3) < first.next_try_at - answered_at < timedelta(seconds=7)
    assert (attempt.status, attempt.answer) == (503, "resting 411111******1111\ufffd")
    assert [row.attempts.count() for row in later] == [0, 0]

    platform.always(200)
    make_due()
    assert drain(committed_casino, endpoint) == 4
    assert [heard.type for heard in platform.heard if heard.message["aggregate"] == first.aggregate][1:] == DEPOSIT
    assert platform.heard[0].id in [heard.id for heard in platform.heard[2:]]


@pytest.mark.spec("A8")
def test_after_24_hours_it_is_given_up_and_later_ones_go(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    platform.answer = lambda heard: (500 if heard.type == "deposit.initiated" else 200, {}, b"")
    first, *_ = tell(committed_casino, endpoint)
    drain(committed_casino, endpoint)
    OutgoingDelivery.objects.filter(pk=first.pk).update(give_up_at=real_now())
    make_due()

    assert drain(committed_casino, endpoint) == 3

    first.refresh_from_db()
    assert (first.state, first.tries, first.next_try_at) == (State.FAILED, 2, None)
    assert platform.types() == ["deposit.initiated", *DEPOSIT]
    assert OutgoingDelivery.objects.filter(state=State.DELIVERED).count() == 2


@pytest.mark.spec("A8", "S5")
def test_gone_turns_the_endpoint_off_and_says_so_in_the_audit_log(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform
) -> None:
    platform.always(410)
    tell(committed_casino, endpoint)

    assert drain(committed_casino, endpoint) == 1

    endpoint.refresh_from_db()
    assert not endpoint.is_enabled
    assert endpoint.history.latest().history_change_reason == "answered 410 Gone"
    record = AuditRecord.objects.get(act="outgoing_endpoint.disabled")
    assert (record.target_id, record.actor_id, record.detail["code"]) == (endpoint.public_id, "outgoing_webhooks", "shop")
    assert list(OutgoingDelivery.objects.order_by("position").values_list("state", flat=True)) == ["FAILED", "WAITING", "WAITING"]
    assert sweep_deliveries() == 0


@pytest.mark.spec("A9")
def test_a_crash_between_commit_and_send_loses_nothing(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    """The worker dies after the deposit committed, then after it took a delivery, then after it sent it."""
    tell(committed_casino, endpoint)
    taken = take_next(endpoint.pk)
    assert taken is not None and drain(committed_casino, endpoint) == 0
    OutgoingDelivery.objects.filter(pk=taken.delivery.pk).update(sending_until=real_now())
    again = take_next(endpoint.pk)
    assert again is not None and again.number == 2
    send(again.delivery)
    OutgoingDelivery.objects.filter(pk=taken.delivery.pk).update(sending_until=real_now())

    assert sweep_deliveries() == 1
    assert drain(committed_casino, endpoint) == 3

    assert platform.types() == [DEPOSIT[0], *DEPOSIT]
    assert platform.heard[0].id == platform.heard[1].id
    assert platform.heard[0].body == platform.heard[1].body


@pytest.mark.spec("A9")
def test_a_worker_whose_lease_was_lost_decides_nothing(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    tell(committed_casino, endpoint)
    slow = take_next(endpoint.pk)
    assert slow is not None
    OutgoingDelivery.objects.filter(pk=slow.delivery.pk).update(sending_until=real_now())
    quick = take_next(endpoint.pk)
    assert quick is not None
    finish(quick, send(quick.delivery), now=committed_casino.now)
    platform.always(500)

    finish(Taken(slow.delivery, 1), send(slow.delivery), now=committed_casino.now)

    slow.delivery.refresh_from_db()
    assert slow.delivery.state == State.DELIVERED
    assert sorted(slow.delivery.attempts.values_list("number", "status")) == [(1, 500), (2, 204)]


@pytest.mark.spec("A9")
def test_many_workers_at_once_keep_the_order_of_each_intent(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform
) -> None:
    platform.answer = lambda heard: (500 if len(platform.heard) % 7 == 3 else 200, {}, b"")
    for _ in range(6):
        committed_casino.refund(committed_casino.deposit(5000), 1000)
    dispatch(committed_casino)
    total = OutgoingDelivery.objects.count()

    for _ in range(20):
        made_due = [lambda: drain(committed_casino, endpoint)] * 4
        assert all(isinstance(each, int) for each in at_once(made_due))
        make_due()

    assert OutgoingDelivery.objects.filter(state=State.DELIVERED).count() == total == 24
    for aggregate in {heard.message["aggregate"] for heard in platform.heard}:
        sequences = [heard.message["sequence"] for heard in platform.heard if heard.message["aggregate"] == aggregate]
        assert sequences == sorted(sequences)
        assert set(sequences) == {1, 2, 3, 4}


@pytest.mark.spec("A8")
def test_an_endpoint_is_called_by_a_few_workers_at_once_and_no_more(
    committed_casino: Casino, endpoint: OutgoingEndpoint, settings: Any
) -> None:
    settings.OUTGOING_CONCURRENCY = 2
    for _ in range(3):
        committed_casino.ask(100)
    dispatch(committed_casino)

    assert [take_next(endpoint.pk) is not None for _ in range(3)] == [True, True, False]


@pytest.mark.spec("A8")
def test_a_redirect_is_not_followed(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    platform.always(302, location=f"{platform.url}/elsewhere")
    first, *_ = tell(committed_casino, endpoint)

    drain(committed_casino, endpoint)

    first.refresh_from_db()
    assert (first.error, set(platform.paths)) == ("answered 302", {"/hooks"})


@pytest.mark.spec("A8")
def test_an_answer_that_drips_ends_at_the_deadline_and_a_long_one_is_cut(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform, settings: Any
) -> None:
    settings.OUTGOING_TIMEOUT_SECONDS = 0.5
    platform.dripping.set()
    first, *_ = tell(committed_casino, endpoint)
    with lived() as waited:
        drain(committed_casino, endpoint)
    platform.dripping.clear()
    attempt = first.attempts.get()
    assert (attempt.status, attempt.error) == (None, "no answer within 0.5 seconds")
    assert waited.seconds < 1.5

    settings.OUTGOING_TIMEOUT_SECONDS = 10.0
    platform.always(200, b"x" * (MOST_ANSWER_BYTES * 20))
    make_due()
    drain(committed_casino, endpoint)
    assert first.attempts.latest("id").answer == "x" * 500


@pytest.mark.spec("A8")
def test_our_own_network_is_not_called(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform, settings: Any) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = []
    port = platform.url.rpartition(":")[2]
    tell(committed_casino, endpoint)

    for url in (platform.url, f"http://localhost:{port}"):
        OutgoingEndpoint.objects.filter(pk=endpoint.pk).update(url=url)
        make_due()
        drain(committed_casino, endpoint)

    assert platform.heard == []
    assert all("not an address of the public internet" in error for error in OutgoingAttempt.objects.values_list("error", flat=True))
    assert OutgoingAttempt.objects.count() == 2


@pytest.mark.spec("A8", "S4")
def test_without_a_secret_nothing_is_sent_and_the_try_says_which_one_is_missing(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_OUTGOING_SECRET")
    first, *_ = tell(committed_casino, endpoint)

    drain(committed_casino, endpoint)
    monkeypatch.setenv("SHOP_OUTGOING_SECRET", "whsec_short")
    make_due()
    drain(committed_casino, endpoint)

    errors = list(first.attempts.order_by("id").values_list("error", flat=True))
    assert errors[0] == "no secret: set SHOP_OUTGOING_SECRET"
    assert errors[1].startswith("SHOP_OUTGOING_SECRET: ")
    assert platform.heard == []


@pytest.mark.spec("A8")
def test_an_unreachable_endpoint_is_a_try_like_any(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    platform.close()
    first, *_ = tell(committed_casino, endpoint)

    drain(committed_casino, endpoint)

    assert first.attempts.get().error.startswith("ConnectError")
    first.refresh_from_db()
    assert (first.state, first.tries) == (State.WAITING, 1)
