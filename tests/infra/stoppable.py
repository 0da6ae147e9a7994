"""A Redis of one test alone, that can be killed, or be stopped so that it hangs (C22)."""

import signal
import subprocess
from pathlib import Path
from typing import Any

from celery import current_app
from redis import Redis
from redis.exceptions import RedisError

from cashier import nudges, redis
from cashier.breakers.doors import _alone
from config.local_servers.home import valkey_binary
from config.ports import free_port
from tests.infra.processes import eventually


class Stoppable:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        settings = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", str(self.folder))
        self.process = subprocess.Popen([str(valkey_binary(None)), *settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with Redis.from_url(self.url) as client:
            assert eventually(lambda: answers(client))

    def kill(self) -> None:
        """It is gone: connections are refused. A hanging one too."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def hang(self) -> None:
        """Connections are taken, and nothing is answered: as a paused machine, or a network that drops all."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


def forget_redis() -> None:
    """As a process that has just started: no client, no memory of an outage, no circuits of its own."""
    redis.quick_redis.cache_clear()
    redis.waiting_redis.cache_clear()
    redis._rest.end()
    nudges._rest.end()
    _alone.forget()


def forget_broker() -> None:
    """Messages go to the broker that the settings name by now."""
    current_app._get_current_object()._pool = None  # type: ignore[attr-defined]
    current_app.amqp._producer_pool = None


def answers(client: Any) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False
