"""The one figure on its page and on the home of those who answer for it (L17)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse


@pytest.fixture(autouse=True)
def nothing_kept(redis: Any, settings: Any) -> None:
    """Only this worker's keys: to clear the cache would take away another's."""
    for key in redis.scan_iter(match=f"{settings.REDIS_PREFIX}*", count=1000):
        redis.delete(key)


@pytest.mark.spec("L17", "B1")
def test_home_tells_what_spoils_clearing_and_leads_to_the_list(browser_of: Callable[[str], Client]) -> None:
    rows = {row.words: row for row in browser_of("ben").get(reverse("admin:index")).context["waiting"]}
    row = rows["payments and batches that spoil clearing, 7 days"]
    page = browser_of("ben").get(row.link)
    assert page.status_code == 200
    listed = sum(len(panel.context["rows"]) for panel in page.context["record"].main if panel.title.startswith("What spoils it"))
    assert int(row.count) == listed


@pytest.mark.spec("L17")
def test_the_page_needs_the_permission_to_see_runs(browser_of: Callable[[str], Client], scene: object) -> None:
    from django.contrib.auth.models import Group, Permission

    client = browser_of("ben")
    Group.objects.get(name="finance").permissions.remove(*Permission.objects.filter(codename="view_reconciliationrun"))
    assert client.get(reverse("admin:trust")).status_code == 403
    assert Client().get(reverse("admin:trust")).status_code == 302


@pytest.mark.spec("L17")
def test_each_payment_that_spoils_the_figure_is_named_with_what_is_left(
    browser_of: Callable[[str], Client], scene: object, still_clock: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger import clock

    # given nobody settled the scene's deposits, five days on
    monkeypatch.setattr(clock, "now", lambda: still_clock + timedelta(days=5))

    page = browser_of("ben").get(reverse("admin:trust"))
    record = page.context["record"]
    [panel] = [panel for panel in record.main if panel.title.startswith("What spoils it")]
    assert panel.context["rows"]
    assert [fact.value for fact in record.facts] == ["0.00 %"]
    text = page.content.decode()
    assert "Still owed to us" in text
    assert "cap_" in text
