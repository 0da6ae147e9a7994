"""Addresses of the back office that nobody's page made: filters, cursors, dates and ids that are none (A5, B3)."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver, get_resolver

from ledger.models import AuditRecord, JournalTransaction
from tests.api.hostile import ADDRESSED
from tests.backoffice.pressing import list_url, place_of

READ_BY_EVERY_LIST = ("q", "view", "after", "before", "from")
READ_BY_PAGES = ("in", "cursor", "entity", "date", "since", "until", "currency", "account", "from", "to")
VALUES = ADDRESSED
NO_PAGES = ("<", "^", "stream", "logout", "jsi18n")
EACH = 3  # values for each parameter of each list; which ones differs from list to list


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


def some(start: int, count: int) -> Iterator[str]:
    """`count` of the values, others for another start."""
    return (VALUES[(start * count + number) % len(VALUES)] for number in range(count))


@pytest.mark.spec("B3")
def test_lists(ask: Callable[[str], None]) -> None:
    start = itertools.count()
    for place in admin.site._registry.values():
        frame: Any = getattr(place, "frame", None)
        for name in sorted({*READ_BY_EVERY_LIST, *(each.param for each in getattr(frame, "filters", ()))}):
            for value in some(next(start), EACH):
                ask(f"{list_url(place.model)}?{name}={value}")


@pytest.mark.spec("B3")
def test_records(ask: Callable[[str], None]) -> None:
    for number, place in enumerate(admin.site._registry.values()):
        for value in some(number, 4):
            if value:
                ask(f"{list_url(place.model)}{value}/")
        row = place.model._default_manager.first()
        for value in some(number, 3) if row is not None else ():
            query = "&".join(f"{name}={value}" for name in READ_BY_PAGES)
            ask(f"{place_of(row).url_of(row)}?{query}")
            ask(f"{place_of(row).url_of(row)}?in=view%3D{value}%26after%3D{value}%26before%3D{value}")


@pytest.mark.spec("B3", "B4")
def test_every_other_page_of_the_back_office(ask: Callable[[str], None]) -> None:
    """Pages beside lists and records: homes, search, streams' first answers, statements."""
    audited, booked = AuditRecord.objects.count(), JournalTransaction.objects.count()
    asked = 0
    for url in plain_addresses(get_resolver()):
        for name, value in itertools.product(READ_BY_PAGES, some(asked, 2)):
            asked += 1
            ask(f"{url}?{name}={value}")
    assert asked > 50
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
