"""The event stream: a small process of its own, `python -m config.backoffice.stream --port P`. It never runs on the web workers.

Each open tab holds one thread here and no database connection: the connection is closed before the first byte and after each
look. Counts are looked up at most once in three seconds per person, however many tabs they have. It answers only pages of its
own host (any port); others get no CORS header. The web process names it in STREAM_ORIGIN; without that, or when it stops, pages
poll every 15 seconds.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ledger.models import User

LOOK_SECONDS = 3.0
KEEP_ALIVE_SECONDS = 10.0
RECHECK_SECONDS = 60.0
MOST_STREAMS = 400


class Counts:
    """Counts per person, kept for a moment so that many tabs cost one query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Any, tuple[float, str]] = {}

    def of(self, user: "User") -> str:
        """{at, counts} as JSON; `at` moves on, the counts are at most LOOK_SECONDS old."""
        from config.backoffice.live import live_counts
        from ledger import clock

        with self._lock:
            looked_at, text = self._kept.get(user.pk, (0.0, ""))
            if time.monotonic() - looked_at >= LOOK_SECONDS:
                now = clock.now()
                text = json.dumps({"at": now.isoformat(), "counts": live_counts(user, now)})
                self._kept[user.pk] = (time.monotonic(), text)
        return text


class Streams(ThreadingHTTPServer):
    """One thread per open tab, up to MOST_STREAMS."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, StreamHandler)
        self.counts = Counts()
        self.places = threading.BoundedSemaphore(MOST_STREAMS)


class StreamHandler(BaseHTTPRequestHandler):
    server: Streams
    protocol_version = "HTTP/1.1"
    server_version = "countroom-stream"
    sys_version = ""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            return self._say(200, "The event stream is at /stream.")
        if path != "/stream":
            return self._say(404, "Nothing here.")
        user = person_of(self.headers.get("Cookie", ""))
        if user is None:
            return self._say(403, "Sign in first.")
        if not self.server.places.acquire(blocking=False):
            return self._say(503, "Too many open tabs: this one polls.")
        try:
            self._stream(user)
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True
        finally:
            self.server.places.release()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: a line per tab says nothing."""

    def _stream(self, user: "User") -> None:
        self._head(200, "text/event-stream")
        last, checked_at, said_at = "", time.monotonic(), 0.0
        while True:
            text = without_connection(self.server.counts.of, user)
            counts = json.loads(text)["counts"]
            if counts != last or time.monotonic() - said_at > KEEP_ALIVE_SECONDS:
                self.wfile.write(f"event: counts\ndata: {text}\n\n".encode())
                self.wfile.flush()
                last, said_at = counts, time.monotonic()
            if time.monotonic() - checked_at > RECHECK_SECONDS:
                if person_of(self.headers.get("Cookie", "")) is None:
                    return
                checked_at = time.monotonic()
            time.sleep(LOOK_SECONDS)

    def _say(self, status: int, words: str) -> None:
        body = words.encode()
        self._head(status, "text/plain; charset=utf-8", length=len(body))
        self.wfile.write(body)

    def _head(self, status: int, kind: str, *, length: int | None = None) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Accel-Buffering", "no")
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        origin = self.headers.get("Origin", "")
        if origin and is_same_host(origin, self.headers.get("Host", "")):
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Vary", "Origin")
        self.end_headers()


def is_same_host(origin: str, host: str) -> bool:
    """Whether a page's origin and our own host differ in the port only."""
    return bool(host) and urlsplit(origin).hostname == urlsplit(f"//{host}").hostname


def person_of(cookies: str) -> "User | None":
    """The signed-in person of the staff whose session the cookies name."""
    user: User | None = without_connection(_person_of, cookies)
    return user


def without_connection(look: Any, *arguments: Any) -> Any:
    """Look something up and give the database connection back at once."""
    from django.db import close_old_connections, connections

    close_old_connections()
    try:
        return look(*arguments)
    finally:
        connections.close_all()


def _person_of(cookies: str) -> "User | None":
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import get_user
    from django.http import HttpRequest

    try:
        jar = SimpleCookie(cookies)
    except CookieError:
        return None
    if settings.SESSION_COOKIE_NAME not in jar:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(jar[settings.SESSION_COOKIE_NAME].value)
    user: Any = get_user(request)
    return user if user.is_active and user.is_staff else None


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(
        prog="python -m config.backoffice.stream", description="Live counts for open pages of the back office."
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    server = Streams((options.host, options.port))
    try:
        server.serve_forever(poll_interval=0.5)
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
