"""Home: what waits for this person, worst first. Palette: an exact id leads to its page. Live counts (B1, B2 in part)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.backoffice.pressing import place_of


def rows_of(client: Client) -> dict[str, Any]:
    return {row.words: row for row in client.get(reverse("admin:index")).context["waiting"]}


@pytest.mark.spec("B1")
def test_each_role_sees_its_own_work(browser_of: Callable[[str], Client]) -> None:
    ops, risk, finance, auditor = (rows_of(browser_of(name)) for name in ("ada", "rafe", "ben", "ola"))
    assert "exceptions past their due time" in ops
    assert "payouts that wait for a decision" in risk
    assert risk["payouts that wait for a decision"].count == "3"
    assert "payouts that wait for a decision" not in ops
    assert "days not signed off" in finance
    assert "exceptions past their due time" not in auditor
    assert "audit records not yet in the chain" in auditor


def test_busy_rows_come_first_and_clear_ones_stay(browser_of: Callable[[str], Client]) -> None:
    waiting = browser_of("ada").get(reverse("admin:index")).context["waiting"]
    clear = [row.is_clear for row in waiting]
    assert clear == sorted(clear)
    assert any(clear)


def test_sums_stand_per_currency(browser_of: Callable[[str], Client], scene: Any) -> None:
    sums = {code: amount for amount, code in rows_of(browser_of("rafe"))["payouts that wait for a decision"].sums}
    assert sums == {"EUR": sum(payout.amount_minor for payout in scene.payouts[:3])}


def test_the_rows_lead_to_lists_that_show_the_same_number(browser_of: Callable[[str], Client]) -> None:
    client = browser_of("ben")
    for row in rows_of(client).values():
        if not row.is_clear and "view=" in row.link and "residual" not in row.link:
            listing = client.get(row.link).context["listing"]
            assert str(listing.count) == row.count, row.words


def test_cards_come_as_a_fragment(browser_of: Callable[[str], Client]) -> None:
    text = browser_of("ada").get(reverse("admin:home_cards")).content.decode()
    assert "<html" not in text
    assert "Deposits, 7 days" in text
    assert "Show as table" in text


@pytest.mark.parametrize("kind", ["cases", "deposits", "payouts", "disputes", "players"])
def test_an_exact_id_leads_to_its_page(kind: str, browser_of: Callable[[str], Client], scene: Any) -> None:
    row = getattr(scene, kind)[0]
    text = browser_of("ben").get(reverse("admin:search"), {"s": row.public_id, "extended": "1"}).content.decode()
    assert place_of(row).url_of(row) in text


def test_a_case_number_and_a_psp_reference_are_found(browser_of: Callable[[str], Client], scene: Any) -> None:
    case = scene.cases[0]
    assert (
        place_of(case).url_of(case) in browser_of("ada").get(reverse("admin:search"), {"s": case.label, "extended": "1"}).content.decode()
    )
    capture = next(deposit.captures.first() for deposit in scene.deposits if deposit.captures.exists())
    found = browser_of("ada").get(reverse("admin:search"), {"s": capture.psp_ref, "extended": "1"}).content.decode()
    assert place_of(capture.intent).url_of(capture.intent) in found


def test_what_is_no_id_finds_no_record(browser_of: Callable[[str], Client]) -> None:
    for term in ("pi_00000000000000000000000000", "pi_not-an-id", "ana@gmail.com", "%"):
        text = browser_of("ben").get(reverse("admin:search"), {"s": term, "extended": "1"}).content.decode()
        assert "/change" not in text
        assert "No results" in text


def test_live_counts_by_poll(browser_of: Callable[[str], Client], scene: Any) -> None:
    answer = browser_of("ada").get(reverse("admin:live")).json()
    assert answer["counts"]["open"] == 14
    assert answer["counts"]["mine"] == sum(case.assignee_id == scene.staff["ada"].pk for case in scene.cases)
    assert Client().get(reverse("admin:live")).status_code == 302


@pytest.mark.spec("B4")
def test_the_sidebar_leads_each_role_to_what_it_may_open(browser_of: Callable[[str], Client]) -> None:
    def titles_of(name: str) -> set[str]:
        context = browser_of(name).get(reverse("admin:index")).context
        return {entry.title for group in context["sidebar_navigation"] for entry in group.entries}

    ada, ola = titles_of("ada"), titles_of("ola")
    assert {"Home", "Exceptions", "Payouts"} <= ada
    assert "Audit log" in ola and "Audit log" not in ada


def test_the_sidebar_marks_the_open_page_and_counts_what_is_late(browser_of: Callable[[str], Client], scene: Any) -> None:
    answer = browser_of("ada").get(place_of(scene.cases[0]).url_of(scene.cases[0]))
    entries = {entry.title: entry for group in answer.context["sidebar_navigation"] for entry in group.entries}
    assert [title for title, entry in entries.items() if entry.is_open] == ["Exceptions"]
    late = rows_of(browser_of("ada"))["exceptions past their due time"].count
    assert entries["Exceptions"].badge == late != "0"
    assert f'<span class="ops-badge ops-badge-bad ml-2">{late}</span>' in answer.content.decode()
    assert entries["Payouts"].badge == ""
