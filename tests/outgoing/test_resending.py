"""Sent again by hand (A8): one, several, all that was given up, or everything since a moment; audited, under the same webhook-id."""

from datetime import timedelta

import pytest

from cashier.models import OutgoingDelivery, OutgoingEndpoint
from cashier.operations.outgoing import drain_endpoint, replay_since, resend_deliveries, resend_delivery, resend_failed
from cashier.queries.outgoing import Health, get_standing
from cashier.refusals import NotInThisState
from ledger.actors import Actor
from ledger.clock import real_now
from ledger.models import AuditRecord
from ledger.operations import dispatch_events
from tests.outgoing.receiving import Platform
from tests.stories.casino import Casino

State = OutgoingDelivery.State
ADA = Actor("user", "1")
DEPOSIT = ["deposit.initiated", "capture.succeeded", "deposit.captured"]


def told(casino: Casino, endpoint: OutgoingEndpoint) -> list[OutgoingDelivery]:
    """A deposit that the platform has heard of, as it answers."""
    casino.deposit(5000)
    dispatch_events(now=casino.now, wait_seconds=5)
    drain_endpoint(endpoint_id=endpoint.pk, now=casino.now)
    return list(OutgoingDelivery.objects.filter(endpoint=endpoint).order_by("position"))


@pytest.mark.spec("A8", "S5")
def test_one_is_sent_again_under_the_same_id(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    last = told(committed_casino, endpoint)[-1]

    resend_delivery(delivery_id=last.pk, reason="their queue was lost", actor=ADA, now=committed_casino.now)
    assert drain_endpoint(endpoint_id=endpoint.pk, now=committed_casino.now) == 1

    assert platform.types() == [*DEPOSIT, "deposit.captured"]
    assert platform.heard[2].id == platform.heard[3].id
    last.refresh_from_db()
    assert (last.state, last.resends, last.attempts.count()) == (State.DELIVERED, 1, 2)
    record = AuditRecord.objects.get(act="delivery.resent")
    assert (record.target_id, record.reason, record.detail["was"]) == (last.public_id, "their queue was lost", "DELIVERED")


@pytest.mark.spec("A8")
def test_several_are_sent_again_in_order_or_none(committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform) -> None:
    rows = told(committed_casino, endpoint)
    ids = [row.pk for row in reversed(rows)]

    resend_deliveries(delivery_ids=ids, reason="again", actor=ADA, now=committed_casino.now)
    with pytest.raises(NotInThisState):
        resend_deliveries(delivery_ids=ids, reason="again", actor=ADA, now=committed_casino.now)
    drain_endpoint(endpoint_id=endpoint.pk, now=committed_casino.now)

    assert platform.types() == DEPOSIT + DEPOSIT
    assert AuditRecord.objects.filter(act="delivery.resent").count() == 3


@pytest.mark.spec("A8")
def test_all_that_was_given_up_is_sent_again_and_the_endpoint_is_well(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform
) -> None:
    platform.always(500)
    told(committed_casino, endpoint)
    for _ in range(3):
        OutgoingDelivery.objects.filter(tries=1).update(give_up_at=real_now(), next_try_at=real_now())
        drain_endpoint(endpoint_id=endpoint.pk, now=committed_casino.now)
    standing = get_standing(endpoint)
    assert (standing.health, standing.failed, standing.waiting) == (Health.FAILING, 3, 0)

    platform.always(200)
    assert resend_failed(endpoint_id=endpoint.pk, reason="mended", actor=ADA, now=committed_casino.now) == 3
    drain_endpoint(endpoint_id=endpoint.pk, now=committed_casino.now)

    assert platform.types()[-3:] == DEPOSIT
    standing = get_standing(endpoint)
    assert (standing.health, standing.failed, standing.waiting) == (Health.WELL, 0, 0)
    assert AuditRecord.objects.get(act="deliveries.resent").detail == {"endpoint": "shop", "count": 3}


@pytest.mark.spec("A8", "A9")
def test_everything_since_a_moment_is_replayed_also_what_the_endpoint_never_heard(
    committed_casino: Casino, endpoint: OutgoingEndpoint, platform: Platform
) -> None:
    told(committed_casino, endpoint)
    OutgoingEndpoint.objects.filter(pk=endpoint.pk).update(is_enabled=False)
    since = committed_casino.now = committed_casino.now + timedelta(hours=1)
    told(committed_casino, endpoint)
    with pytest.raises(NotInThisState):
        replay_since(endpoint_id=endpoint.pk, since=since, reason="was off", actor=ADA, now=since)
    OutgoingEndpoint.objects.filter(pk=endpoint.pk).update(is_enabled=True)
    platform.heard.clear()

    assert replay_since(endpoint_id=endpoint.pk, since=since, reason="was off", actor=ADA, now=since) == 3
    drain_endpoint(endpoint_id=endpoint.pk, now=since)
    assert platform.types() == DEPOSIT

    earlier = since - timedelta(hours=2)
    assert replay_since(endpoint_id=endpoint.pk, since=earlier, reason="all of it", actor=ADA, now=since) == 6
    drain_endpoint(endpoint_id=endpoint.pk, now=since)
    assert platform.types() == DEPOSIT * 3
    assert len({heard.id for heard in platform.heard}) == 6
