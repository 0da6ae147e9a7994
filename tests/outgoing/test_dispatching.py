"""The outbox read (A9): in order, at least once per sink, nothing passed over, from any position."""

import json
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from psycopg.types.json import Json

from cashier.operations.outgoing.streaming import stream_key
from ledger.actors import system_actor
from ledger.ids import new_id
from ledger.models import AuditRecord, DomainEvent, EventReader
from ledger.operations import dispatch_events, rewind_sink
from ledger.outbox import publish
from tests.concurrency.threads import at_once
from tests.stories.casino import Casino

HEARD: list[int] = []
BROKEN: list[bool] = []


def hear(events: Sequence[DomainEvent]) -> None:
    """A sink of the tests."""
    HEARD.extend(event.id for event in events)


def fail(events: Sequence[DomainEvent]) -> None:
    """A sink that is down."""
    raise ConnectionError("down")


@pytest.fixture(autouse=True)
def sinks(settings: Any) -> Iterator[None]:
    settings.EVENT_SINKS = {"test": "tests.outgoing.test_dispatching.hear"}
    HEARD.clear()
    yield
    HEARD.clear()


def tell(casino: Casino, times: int = 1) -> list[int]:
    with transaction.atomic():
        return [publish(casino.player, "player.kyc_changed", now=casino.now) or 0 for _ in range(times)]


def dispatch(casino: Casino, wait_seconds: float = 5) -> int:
    return dispatch_events(now=casino.now, wait_seconds=wait_seconds)


@pytest.mark.spec("A9")
def test_every_event_reaches_a_sink_once_and_in_order(committed_casino: Casino) -> None:
    told = tell(committed_casino, 3)
    assert dispatch(committed_casino) == 3
    told += tell(committed_casino, 2)
    assert dispatch(committed_casino) == 2
    assert dispatch(committed_casino) == 0

    assert told == HEARD


@pytest.mark.spec("A9")
def test_a_lower_position_that_commits_later_is_waited_for(committed_casino: Casino, owner_connection: psycopg.Connection[Any]) -> None:
    with psycopg.connect(owner_connection.info.dsn, password=owner_connection.info.password) as slow:
        early = slow.execute(
            "INSERT INTO ledger_domain_event (event_id, name, version, aggregate, sequence, subject, brand, body, trace_id, occurred_at)"
            " VALUES (%s, 'case.raised', 1, 'case_x', 1, 'case_x', '', %s, '', now()) RETURNING id",
            [new_id(), Json({})],
        ).fetchone()
        assert early is not None
        late = tell(committed_casino)

        assert dispatch(committed_casino, wait_seconds=0.1) == 0
        slow.commit()
        other = slow.execute("SELECT pg_current_xact_id()").fetchone()  # another that runs long, and began after the mark was taken

        assert dispatch(committed_casino, wait_seconds=0.1) == 2
        assert other is not None
    assert [early[0], *late] == HEARD


@pytest.mark.spec("A9")
def test_two_dispatchers_at_once_hand_over_each_event_once(committed_casino: Casino) -> None:
    told = tell(committed_casino, 40)

    handed = at_once([lambda: dispatch(committed_casino)] * 4)

    assert sum(each for each in handed if isinstance(each, int)) == 40
    assert told == HEARD


@pytest.mark.spec("A9")
def test_a_sink_that_is_down_holds_up_itself_alone_and_loses_nothing(committed_casino: Casino, settings: Any) -> None:
    settings.EVENT_SINKS = {"down": "tests.outgoing.test_dispatching.fail", "test": "tests.outgoing.test_dispatching.hear"}
    told = tell(committed_casino, 2)

    assert dispatch(committed_casino) == 2
    assert (HEARD, EventReader.objects.get(sink="down").position) == (told, 0)

    settings.EVENT_SINKS = {"down": "tests.outgoing.test_dispatching.hear"}
    assert dispatch(committed_casino) == 2
    assert told + told == HEARD


@pytest.mark.spec("A9", "S5")
def test_a_sink_hears_again_from_any_position(committed_casino: Casino) -> None:
    told = tell(committed_casino, 5)
    dispatch(committed_casino)

    rewind_sink(sink="test", position=told[1], reason="their queue was lost", actor=system_actor("test"), now=committed_casino.now)
    assert dispatch(committed_casino) == 3

    assert told + told[2:] == HEARD
    assert AuditRecord.objects.get(act="events.replayed").detail == {"from": told[-1], "to": told[1]}


@pytest.mark.spec("A9")
def test_a_redis_stream_has_the_events_in_order_and_stays_short(committed_casino: Casino, settings: Any, redis: Any) -> None:
    settings.EVENT_SINKS = {"stream": "cashier.operations.outgoing.add_to_stream"}
    settings.EVENT_STREAM, settings.EVENT_STREAM_LENGTH = "events", 100
    told = tell(committed_casino, 350)

    assert dispatch(committed_casino) == 350

    entries = [fields for _, fields in redis.xrange(stream_key())]
    assert 100 <= len(entries) < 300
    assert [int(fields[b"position"]) for fields in entries] == told[-len(entries) :]
    message = json.loads(entries[-1][b"message"])
    assert (message["type"], message["sequence"], message["data"]["player_id"]) == (
        "player.kyc_changed", 350, committed_casino.player.public_id,
    )  # fmt: skip


@pytest.mark.spec("A9")
def test_the_command_rewinds_a_sink_and_says_how_far_each_is(committed_casino: Casino) -> None:
    told = tell(committed_casino, 3)
    dispatch(committed_casino)
    shown = StringIO()

    call_command("outbox_rewind", "test", "--position", str(told[0]), "--reason", "lost", "--json", stdout=shown)

    assert json.loads(shown.getvalue()) == {"sinks": {"test": told[0]}}
    assert dispatch(committed_casino) == 2
    for wrong in (["none", "--position", "0", "--reason", "x"], ["test", "--position", "0"], ["test", "--position", "-1", "--reason", "x"]):
        with pytest.raises(CommandError):
            call_command("outbox_rewind", *wrong)
