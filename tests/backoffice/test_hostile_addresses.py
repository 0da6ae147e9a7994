"""Addresses of the back office that nobody's page made: filters, cursors, dates and ids that are none (A5, B3)."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.test import Client
from django.urls import URLResolver, get_resolver

from ledger.models import AuditRecord, JournalTransaction
from tests.api.hostile import ADDRESSED
from tests.backoffice.pressing import list_url, place_of

pytestmark = pytest.mark.whole

READ_BY_EVERY_LIST = ("q", "view", "kept", "sort", "from")
READ_BY_RECORDS = ("cursor", "entity", "date", "since", "until", "currency", "account", "from", "to", "edit")
NO_PAGES = ("<", "^", "stream", "logout", "jsi18n")


@pytest.fixture
def client(browser_of: Callable[[str], Client]) -> Client:
    client = browser_of("ben")
    client.raise_request_exception = False
    return client


@pytest.fixture
def ask(client: Client) -> Iterator[Callable[[str], None]]:
    """Open an address; at the end every one that failed is told."""
    failed: list[str] = []

    def get(url: str) -> None:
        answer: Any = client.get(url)
        if answer.streaming:
            b"".join(answer.streaming_content)
        if answer.status_code >= 500:
            failed.append(f"{url[:200]}: {answer.status_code}")

    yield get
    assert failed == []


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The parameters that pages have looked for."""
    names: set[str] = set()

    def noting(real: Callable[[QueryDict, str], Any]) -> Callable[[QueryDict, str], Any]:
        return lambda query, name: (names.add(name), real(query, name))[1]

    for how in ("__getitem__", "__contains__"):  # `get` is made of the first one
        monkeypatch.setattr(QueryDict, how, noting(getattr(QueryDict, how)))
    return names


def query_of(names: Iterable[str], values: Iterator[str]) -> str:
    """Each with the next of the values."""
    return "&".join(f"{name}={next(values)}" for name in names)


@pytest.mark.spec("B3")
def test_lists(ask: Callable[[str], None]) -> None:
    """All that a list reads at once, thrice, other values each time; then a cursor alone, which goes through the whole list."""
    values = itertools.cycle(ADDRESSED)
    for place in admin.site._registry.values():
        frame: Any = getattr(place, "frame", None)
        names = sorted({*READ_BY_EVERY_LIST, *(each.param for each in getattr(frame, "filters", ()))})
        for asked in ([*names, "after"], [*names, "before"], [*names, "after"], ["after"], ["before"]):
            ask(f"{list_url(place.model)}?{query_of(asked, values)}")


@pytest.mark.spec("B3")
def test_records(ask: Callable[[str], None]) -> None:
    ids, values = (itertools.cycle(filter(None, ADDRESSED)) for _ in range(2))
    for place in admin.site._registry.values():
        for value in itertools.islice(ids, 3):
            ask(f"{list_url(place.model)}{value}/")
        if row := place.model._default_manager.first():
            url = place_of(row).url_of(row)
            ask(f"{url}?{query_of([*READ_BY_RECORDS, 'in'], values)}")
            ask(f"{url}?{query_of(READ_BY_RECORDS, values)}&in={quote(query_of(['view', 'after', 'before'], values))}")


@pytest.mark.spec("B3", "B4")
def test_every_other_page_of_the_back_office(ask: Callable[[str], None], read: set[str]) -> None:
    """Pages beside lists and records: homes, search, streams' first answers, statements. Each parameter that one reads, alone; then all."""
    audited, booked = AuditRecord.objects.count(), JournalTransaction.objects.count()
    values, asked = itertools.cycle(ADDRESSED), 0
    for url in plain_addresses(get_resolver()):
        read.clear()
        ask(url)
        tried: set[str] = set()
        while untried := sorted(read - tried):
            tried |= read
            for name in (name for name in untried for _ in range(2)):
                ask(f"{url}?{name}={next(values)}")
            ask(f"{url}?{query_of(sorted(tried), values)}")
        asked += len(tried)
    assert asked > 30
    assert JournalTransaction.objects.count() == booked
    assert AuditRecord.objects.count() >= audited


def plain_addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Addresses under /admin that take no argument; those of lists have a test of their own."""
    lists = {list_url(model) for model in admin.site._registry}
    for pattern in resolver.url_patterns:
        whole = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from plain_addresses(pattern, whole)
        elif whole.startswith("/admin/") and whole not in lists and not any(word in whole for word in NO_PAGES):
            yield whole
