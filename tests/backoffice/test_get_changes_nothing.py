"""Every address that a role can reach by a link, opened by GET: row counts and states are the same after (B3, UX 5.6)."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.whole

LINK = re.compile(r'(?:href|data-href|hx-get)="([^"]+)"')
MOST_PAGES = 400
# Signing in and reading move these, and nothing else.
OF_THE_SESSION = {"django_session"}


def fingerprint() -> dict[str, Any]:
    """Rows and a hash of every table."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table not in OF_THE_SESSION and model._meta.managed:
                cursor.execute(f"SELECT count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t")
                found[table] = cursor.fetchone()
    return found


def links_in(url: str, text: str) -> set[str]:
    found = {urljoin(url, link.replace("&amp;", "&")) for link in LINK.findall(text)}
    return {link for link in found if urlsplit(link).path.startswith("/admin/") and not link.startswith("http") and "logout" not in link}


def shape_of(url: str) -> str:
    """Addresses of one kind of page count as one, whatever they ask of it."""
    return re.sub(r"[a-z]+_[0-9a-z]{26}|[0-9a-f-]{36}|CASE-\d+|[A-Z_]{6,}|\d+", "#", urlsplit(url).path)


@pytest.mark.spec("B3")
@pytest.mark.parametrize(("name", "is_last_first"), [("ada", False), ("rafe", True), ("ben", False), ("ola", True)])
def test_nothing_changes_on_get(name: str, is_last_first: bool, browser_of: Callable[[str], Client]) -> None:
    """One page of each kind for each of them: two of them plainly, two narrowed, sorted and as the last of its kind."""
    client = browser_of(name)
    home = reverse("admin:index")
    client.get(home)
    before, waiting, shapes = fingerprint(), [home], set[str]()
    while waiting and len(shapes) < MOST_PAGES:
        url = waiting.pop(0)
        if shape_of(url) in shapes:
            continue
        shapes.add(shape_of(url))
        answer = client.get(url)
        assert answer.status_code in (200, 302), (url, answer.status_code)
        waiting += sorted(links_in(url, answer.getvalue().decode()), reverse=is_last_first)
    assert 60 < len(shapes) < MOST_PAGES
    assert fingerprint() == before
