"""The web server as `make run` starts it: who stops in the middle of a request holds up nobody for long (S9)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.ports import free_port

APP = """
def application(environ, start_response):
    try:
        body = environ["wsgi.input"].read()
    except OSError:
        body = b"gone"
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
"""
CHECKOUT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """One process with one thread, which waits a second for a silent caller."""
    (tmp_path / "tiny.py").write_text(APP)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tiny:application", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    options = ["--workers", "1", "--threads", "1", "--no-control-socket", "-c", "python:config.web_server"]
    environment = {**os.environ, "WEB_READ_SECONDS": "1", "PYTHONPATH": f"{CHECKOUT}:{tmp_path}"}
    server = subprocess.Popen([*command, *options], env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        yield "127.0.0.1", port
    finally:
        server.terminate()
        server.wait(10)


def connected(place: tuple[str, int]) -> socket.socket:
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(place, timeout=20)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.mark.spec("S9")
@pytest.mark.parametrize("sent", [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf", b"POST / HTTP/1.1\r\nHost: a\r\nX-Un"])
def test_who_stops_in_the_middle_is_not_waited_for(place: tuple[str, int], sent: bytes) -> None:
    with connected(place) as silent, connected(place) as next_one:
        silent.sendall(sent)
        time.sleep(0.2)  # its thread, the only one, is at it
        next_one.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole")

        assert next_one.recv(4096).startswith(b"HTTP/1.1 200")
