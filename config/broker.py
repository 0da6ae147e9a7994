"""Redis as Celery's broker, for workers that live on when it is killed (C22).

Cause: a worker that loses Redis while it polls and holds messages closes its channel twice. The first time the poll's answer can't be
read, and the channel stays half open; the second time its connection has been given up, and to put the messages back fails with an
error that the worker takes for a defect (AttributeError: 'NoneType' object has no attribute 'hostname'): it ends. Here nothing is put
back, or acknowledged, over a connection that was given up. Nothing is lost by it: the row is the queue, a message only a nudge; a server
that was killed has forgotten them anyway, and one that lives delivers them again after the visibility timeout.
"""

from typing import Any

from kombu.transport import redis


class QoS(redis.QoS):
    """What a channel holds that is not acknowledged yet."""

    def restore_unacked(self, client: Any = None) -> Any:
        if self._is_given_up():
            if self._delivered:
                self._delivered.clear()
            return None
        return super().restore_unacked(client)

    def ack(self, delivery_tag: str) -> None:
        if not self._is_given_up():
            super().ack(delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if not self._is_given_up():
            super().reject(delivery_tag, requeue=requeue)

    def _is_given_up(self) -> bool:
        return getattr(self.channel.connection, "client", None) is None


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    """CELERY_BROKER_TRANSPORT."""

    Channel = Channel
