"""A worker loses Redis in the middle (C22): what it does then with its channel, over a real server that is killed."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Consumer, Exchange, Queue
from kombu.common import ignore_errors
from kombu.message import Message

from config.celery import app
from tests.cashier.breakers.test_redis_stopped import Stoppable

QUEUE = Queue("default")
ORDERS = Queue("orders", Exchange("orders", type="fanout"), auto_delete=True)  # as remote control has one


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Stoppable]:
    server = Stoppable(tmp_path)
    yield server
    server.kill()


def held(connection: Connection) -> list[Message]:
    """Two messages that a consumer of this connection holds while it polls for more."""
    for number in range(2):
        connection.Producer().publish({"number": number}, routing_key=QUEUE.name, declare=[QUEUE])
    messages: list[Message] = []
    consumer = Consumer(connection.default_channel, [QUEUE], on_message=messages.append)
    consumer.consume()
    Consumer(connection.channel(), [ORDERS], on_message=messages.append).consume()
    while len(messages) < 2:
        connection.drain_events(timeout=30)
    with contextlib.suppress(TimeoutError):
        connection.drain_events(timeout=0.1)  # nothing more, and the poll goes on
    return messages


def let_go(connection: Connection) -> None:
    """What Celery does with the connection of a worker after it was lost (Consumer.on_connection_error_after_connected)."""
    with contextlib.suppress(Exception):
        connection.collect(socket_timeout=1)
    with ignore_errors(connection):
        connection.close()


@pytest.mark.spec("C22")
def test_a_connection_that_is_lost_with_messages_in_hand_can_be_given_up(server: Stoppable) -> None:
    connection = app.connection_for_write(url=server.url)
    messages = held(connection)
    assert getattr(connection.default_channel, "_in_poll", False), "it polls"

    server.kill()
    let_go(connection)

    for message in messages:
        message.ack()  # a task that ends now: not an error either
