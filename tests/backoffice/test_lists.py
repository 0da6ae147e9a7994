"""Lists: pages by key lose nothing, counts stop at a cap, no filter reads the whole table (UX 2.7, B6)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.admin.frames import OpsAdmin, keyset
from ledger.admin.frames.keyset import Count, Total, capped_count, capped_totals, keyset_page, neighbours
from reconciliation.models import ExceptionCase
from tests.backoffice.pressing import list_url

ORDER = ("due_at", "id")
EVERY_PLACE = sorted(admin.site._registry, key=lambda model: model._meta.label)


def test_every_page_is_one_of_our_frames() -> None:
    assert EVERY_PLACE
    assert all(isinstance(place, OpsAdmin) for place in admin.site._registry.values())


def test_pages_by_key_walk_all_rows_once_and_back(scene: Any) -> None:
    wanted = list(ExceptionCase.objects.order_by(*ORDER))
    seen, cursor, pages = [], "", []
    while True:
        page = keyset_page(ExceptionCase.objects.all(), ORDER, after=cursor, size=5)
        seen += page.rows
        pages.append(page)
        if not page.older:
            break
        cursor = page.older
    assert seen == wanted
    back = keyset_page(ExceptionCase.objects.all(), ORDER, before=pages[-1].newer, size=5)
    assert back.rows == pages[-2].rows
    assert pages[0].newer == ""


def test_a_broken_cursor_gives_the_first_page(scene: Any) -> None:
    first = keyset_page(ExceptionCase.objects.all(), ORDER, size=3).rows
    for cursor in ("nonsense", "W10", "bm90IGpzb24"):
        assert keyset_page(ExceptionCase.objects.all(), ORDER, after=cursor, size=3).rows == first


def test_neighbours_are_those_of_the_order(scene: Any) -> None:
    rows = list(ExceptionCase.objects.order_by(*ORDER))
    assert neighbours(ExceptionCase.objects.all(), ORDER, rows[4]) == (rows[3], rows[5])
    assert neighbours(ExceptionCase.objects.all(), ORDER, rows[0])[0] is None
    assert neighbours(ExceptionCase.objects.all(), ORDER, rows[-1])[1] is None


def test_a_count_stops_at_its_cap(scene: Any) -> None:
    assert capped_count(ExceptionCase.objects.all(), 5) == Count(5, True)
    assert str(capped_count(ExceptionCase.objects.all(), 5)) == "5+"
    assert capped_count(ExceptionCase.objects.all(), 14) == Count(14, False)


def test_totals_are_per_currency(scene: Any) -> None:
    count, found = capped_totals(ExceptionCase.objects.all(), "amount_minor", "currency")
    totals = {total.currency: total.amount_minor for total in found}
    by_hand: dict[str, int] = {}
    for case in ExceptionCase.objects.all():
        by_hand[case.currency] = by_hand.get(case.currency, 0) + case.amount_minor
    assert (totals, count) == (by_hand, Count(ExceptionCase.objects.count(), False))
    assert capped_totals(ExceptionCase.objects.none(), "amount_minor", "currency") == (Count(0, False), [])


def test_totals_of_a_list_over_its_cap_are_of_the_first_rows_in_its_order(scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "SUMMED", 2)
    order = ("-amount_minor", "id")
    count, found = capped_totals(ExceptionCase.objects.order_by(*order), "amount_minor", "currency", cap=3)
    by_hand: dict[str, int] = {}
    for case in ExceptionCase.objects.order_by(*order)[:2]:
        by_hand[case.currency] = by_hand.get(case.currency, 0) + case.amount_minor
    assert count == Count(3, True)
    assert found == [Total(minor, code, True) for code, minor in sorted(by_hand.items())]


@pytest.mark.parametrize("order", [ORDER, ("-number",), ("severity_rank", "due_at", "id"), ("amount_minor", "-id")])
def test_what_is_found_first_and_then_sorted_stands_in_the_same_order(order: tuple[str, ...], scene: Any) -> None:
    rows = ExceptionCase.objects.filter(amount_minor__gt=0)
    after = keyset_page(rows, order, size=4).older
    for place in ({}, {"after": after}, {"before": keyset_page(rows, order, after=after, size=4).newer}):
        plain, found = (keyset_page(rows, order, size=4, finds_first=first, **place) for first in (False, True))
        assert found == plain and len(found.rows) == 4


@pytest.mark.spec("B6")
@pytest.mark.parametrize("model", EVERY_PLACE, ids=lambda model: model._meta.label)
def test_no_list_reads_or_counts_a_whole_table(model: type[Any], browser_of: Callable[[str], Client]) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = browser_of("ben").get(list_url(model))
    assert answer.status_code == 200
    asked = [query["sql"] for query in queries]
    own = model._meta.db_table
    assert not [sql for sql in asked if "SELECT DISTINCT" in sql and f'FROM "{own}"' in sql]
    counts = [sql for sql in asked if "COUNT(" in sql and f'"{own}"' in sql]
    assert not [sql for sql in counts if "LIMIT" not in sql]
    assert not [sql for sql in asked if f'FROM "{own}"' in sql and "OFFSET" in sql]


def test_a_filter_that_cannot_be_read_is_said_and_left_out(browser_of: Callable[[str], Client]) -> None:
    page = browser_of("ada").get(list_url(ExceptionCase) + "?view=open&day_from=yesterday&amount_from=1.234&severity=huge")
    text = page.content.decode()
    assert "yesterday is not a day like 2026-11-20" in text
    assert "1.234 is not an amount" in text
    assert "huge is not one of the choices" in text
    assert page.context["listing"].count.number == 14


def test_filters_narrow_and_stand_in_the_address(browser_of: Callable[[str], Client], scene: Any) -> None:
    code = scene.cases[2].reason_id
    page = browser_of("ada").get(list_url(ExceptionCase) + f"?view=open&reason={code}")
    shown = [row["obj"].reason_id for row in page.context["rows"]]
    assert shown == [code] * ExceptionCase.objects.filter(reason=code).count()
    assert (
        "No row matches"
        in browser_of("ada").get(list_url(ExceptionCase) + f"?view=open&reason={code}&currency=SEK&severity=low").content.decode()
    )


def test_search_finds_a_case_by_number_and_by_reference(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[3]
    for text in (case.label, case.label.lower(), str(case.number), case.psp_reference):
        page = browser_of("ada").get(list_url(ExceptionCase) + f"?view=open&q={text}")
        assert [row["obj"] for row in page.context["rows"]] == [case]


def test_the_queue_is_in_the_order_of_due_times(browser_of: Callable[[str], Client]) -> None:
    page = browser_of("ada").get(list_url(ExceptionCase) + "?view=open")
    dues = [row["obj"].due_at for row in page.context["rows"]]
    assert dues == sorted(dues)
    assert len(page.context["listing"].frame.columns) <= 8


def test_views_count_what_they_show(browser_of: Callable[[str], Client], scene: Any) -> None:
    page = browser_of("ada").get(list_url(ExceptionCase) + "?view=late")
    counts = {tab.view.slug: tab.count.number for tab in page.context["listing"].tabs if tab.count}
    live = ExceptionCase.objects.filter(state="OPEN")
    assert counts["late"] == live.filter(due_at__lte=scene.now).count()
    assert counts["mine"] == live.filter(assignee=scene.staff["ada"]).count()
    assert counts["open"] == 14
