"""The event stream: a process of its own, for signed-in people of this host only (UX 2.11)."""

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from django.test import Client

from config.backoffice.stream import Streams, is_same_host


@pytest.fixture
def stream(committed_db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Streams]:
    """One that soon sees that nobody listens any more: no thread of it goes on when its database is gone."""
    for pause in ("LOOK_SECONDS", "KEEP_ALIVE_SECONDS"):
        monkeypatch.setattr(f"config.backoffice.stream.{pause}", 0.05)
    others = {*threading.enumerate()}
    server = Streams(("127.0.0.1", 0))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    for left in {*threading.enumerate()} - others:
        left.join(60)
        assert not left.is_alive(), left.name


def ask(server: Streams, path: str, **headers: str) -> Any:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def cookie_of(name: str) -> str:
    from config.backoffice.roles import seed_staff
    from ledger.models import User

    seed_staff()
    client = Client()
    client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())


def test_counts_arrive_as_events(stream: Streams) -> None:
    origin = f"http://127.0.0.1:{stream.server_port + 1}"
    answer = ask(stream, "/stream", Cookie=cookie_of("ada"), Origin=origin)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert answer.readline() == b"event: counts\n"
    told = json.loads(answer.readline().removeprefix(b"data: "))
    assert set(told["counts"]) == {"late", "soon", "mine", "unassigned", "proposed", "open", "approvals"}
    answer.close()


def test_strangers_and_other_hosts_get_nothing(stream: Streams) -> None:
    assert ask(stream, "/stream").status == 403
    assert ask(stream, "/stream", Cookie="sessionid=guess").status == 403
    assert ask(stream, "/elsewhere").status == 404
    assert ask(stream, "/").status == 200
    other = ask(stream, "/", Origin="https://elsewhere.example")
    assert other.headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1:8001", True),
        ("https://ops.example", "ops.example:8443", True),
        ("https://evil.example", "ops.example", False),
        ("https://ops.example.evil.example", "ops.example", False),
        ("null", "ops.example", False),
        ("", "", False),
    ],
)
def test_only_the_port_may_differ(origin: str, host: str, same: bool) -> None:
    assert is_same_host(origin, host) is same
