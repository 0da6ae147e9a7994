"""A real browser on a real server with a house in the database. Debian's chromium; as root its absence is a failure, not a skip."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

if TYPE_CHECKING:
    from tests.databases import TestDatabase
    from tests.furnished import Furnished

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """A line per request says nothing."""


class ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        missing = "no browser: apt-get install -y chromium"
        pytest.fail(missing) if os.geteuid() == 0 else pytest.skip(missing)
    from django.db import connections
    from playwright.sync_api import sync_playwright

    # Playwright runs its own event loop in this thread; Django would take every database call for one made from async code. Inside
    # the loop Django has other connections than outside: those that can't be reached meanwhile are closed before.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
        connections.close_all()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def furnished_house(django_db_setup: "TestDatabase", django_db_blocker: Any) -> Iterator["Furnished"]:
    """The scene at the present time, made once."""
    from ledger import clock
    from tests.backoffice.scene import make_scene
    from tests.furnished import furnished

    def make() -> Any:
        return make_scene(now=clock.now(), cases=40, deposits=22)

    with django_db_blocker.unblock(), furnished(django_db_setup, "house", make) as made:
        yield made


@pytest.fixture(scope="package")
def house_database(django_db_setup: "TestDatabase", furnished_house: "Furnished") -> Iterator["TestDatabase"]:
    """A copy of the furnished house, which each test finds as it was."""
    database = replace(django_db_setup.beside("lived_in"), template=furnished_house.database.name)
    database.restore()
    yield database
    database.drop()


@pytest.fixture
def house(house_database: "TestDatabase", furnished_house: "Furnished", django_db_blocker: Any) -> Iterator[Any]:
    """The scene, committed. Afterwards the books must balance; then the house is put back."""
    from tests.furnished import django_on

    try:
        with django_db_blocker.unblock(), django_on(house_database):
            yield furnished_house.rows()
        assert house_database.unbalanced() == [], "the journal does not sum to zero"
    finally:
        house_database.restore()


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    """The address of a server, static files included. One for all tests, so that a browser knows again what it has in its cache."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.handlers.wsgi import WSGIHandler

    server = make_server("127.0.0.1", 0, StaticFilesHandler(WSGIHandler()), ThreadedServer, QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(house: Any, server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server's address, on the test's own database."""
    from django.db import connections

    monkeypatch.setitem(connections["default"].settings_dict, "CONN_MAX_AGE", 0)
    return server


@dataclass
class Tab:
    """A signed-in tab. `complaints`: console errors, failed answers, requests to elsewhere."""

    page: Any
    site: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)

    def sign_in(self, name: str, password: str, theme: str) -> None:
        """As a person does, in a browser that knows nothing of anybody who was there before."""
        self.page.context.clear_cookies()
        self.go("/admin/login/")
        self.page.evaluate(f"localStorage.clear(); sessionStorage.clear(); localStorage.setItem('adminTheme', '\"{theme}\"')")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", password)
        self.page.click("#login-form button[type=submit]")
        self.page.wait_for_url("**/admin/")

    def listen(self) -> None:
        for event, hear in self._hearers.items():
            self.page.on(event, hear)

    def leave(self) -> None:
        for event, hear in self._hearers.items():
            self.page.remove_listener(event, hear)
        for other in self.page.context.pages:
            if other is not self.page:
                other.close()
        self.page.goto("about:blank")

    @cached_property
    def _hearers(self) -> dict[str, Callable[[Any], None]]:
        return {
            "console": lambda message: self.complaints.append(message.text) if message.type == "error" else None,
            "pageerror": lambda error: self.complaints.append(str(error)),
            "request": lambda request: None if self._is_ours(request.url) else self.complaints.append(f"asked {request.url}"),
        }

    def _is_ours(self, url: str) -> bool:
        return url.startswith((self.site, "data:", "blob:"))


@pytest.fixture(scope="package")
def pages() -> list[Any]:
    """Pages that no test has now, each of a session of its own: to begin a new one, with nothing in its cache, takes as long as a test."""
    return []


@pytest.fixture
def tab_of(chromium: Any, site: str, pages: list[Any]) -> Iterator[Callable[..., Tab]]:
    """`tab_of("ada", width=390, height=844, dark=True)`: signs in as a person does."""
    from tests.backoffice.scene import PASSWORD

    opened: list[Tab] = []

    def open_tab(name: str, width: int = 1440, height: int = 900, dark: bool = False) -> Tab:
        tab = Tab(pages.pop() if pages else chromium.new_context().new_page(), site)
        opened.append(tab)
        tab.page.set_default_timeout(60_000)
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.listen()
        tab.sign_in(name, PASSWORD, "dark" if dark else "light")
        return tab

    yield open_tab
    for tab in opened:
        tab.leave()
        pages.append(tab.page)
