"""What happens to closes by themselves: a day that is over gets one (D1, D3)."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from ledger.models import LegalEntity
from ledger.operations import seal_audit
from reconciliation.models import CloseState, DailyClose, ReconciliationRun, RunState
from reconciliation.operations.closing import open_due_closes, refresh_checklist, tend_closes
from tests.backoffice.pressing import place_of, press
from tests.reconciliation.closing.day import DAY, NEXT_DAY, NOON, NOW, ReadyDay, make_run

NOTHING = {"opened": 0, "looked_at": 0, "recovered": 0, "returned": 0}
pytestmark = pytest.mark.spec("D1", "D3")


def days() -> list[tuple[str, str]]:
    return [(close.business_date.isoformat(), str(close.state)) for close in DailyClose.objects.order_by("business_date")]


def test_every_day_that_is_over_and_had_movements_gets_a_close(ready: ReadyDay) -> None:
    ready.pay("three days later", at=NOON + timedelta(days=3))
    ready.pay("today", at=NOON + timedelta(days=5))
    LegalEntity.objects.create(code="GB1", name="Countroom UK", zone="Europe/London")

    opened = open_due_closes(now=NOW + timedelta(days=4))

    assert [close.business_date for close in opened] == [DAY + timedelta(days=3)]
    assert days() == [("2026-11-19", "OPEN"), ("2026-11-22", "OPEN")]
    assert open_due_closes(now=NOW + timedelta(days=4)) == []


def test_a_day_that_moved_only_after_a_later_one_was_opened_gets_its_close_too(ready: ReadyDay) -> None:
    ready.pay("three days later", at=NOON + timedelta(days=3))
    open_due_closes(now=NOW + timedelta(days=4))

    # a line of a quiet day comes late, into its own day: nothing later is closed to postings
    assert ready.pay("late", at=NOON + timedelta(days=1)).business_date == NEXT_DAY
    ready.prepare()
    seal_audit(now=NOW)
    ready.sign()
    (opened,) = open_due_closes(now=NOW + timedelta(days=4))
    assert opened.business_date == NEXT_DAY
    assert days() == [("2026-11-19", "SIGNED_OFF"), ("2026-11-20", "OPEN"), ("2026-11-22", "OPEN")]


def test_a_day_that_moved_only_after_the_first_was_opened_gets_its_close_too(ready: ReadyDay) -> None:
    for back in (5, 3):
        ready.pay(f"{back} days before", at=NOON - timedelta(days=back))
    opened = open_due_closes(now=NOW)
    assert [close.business_date for close in opened] == [DAY - timedelta(days=5), DAY - timedelta(days=3)]
    assert open_due_closes(now=NOW) == []


def test_a_day_before_a_signed_one_gets_none(ready: ReadyDay) -> None:
    ready.pay("the day before", at=NOON - timedelta(days=1))
    DailyClose.objects.filter(pk=ready.close.pk).update(state="SIGNED_OFF", signed_at=NOW)
    assert open_due_closes(now=NOW + timedelta(days=4)) == []


@pytest.mark.parametrize(("instant", "count"), [(datetime(2026, 11, 22, 22, 59), 1), (datetime(2026, 11, 22, 23, 0), 2)])
def test_not_before_the_day_is_over_in_its_zone(ready: ReadyDay, instant: datetime, count: int) -> None:
    ready.pay("three days later", at=NOON + timedelta(days=3))
    open_due_closes(now=instant.replace(tzinfo=NOW.tzinfo))
    assert DailyClose.objects.count() == count


def test_an_open_day_is_looked_at_when_all_its_runs_are_done_and_once(ready: ReadyDay) -> None:
    run = make_run(ready.house, account_code=ready.house.merchant.code, state=RunState.FAILED, finished_at=NOW + timedelta(minutes=2))
    assert tend_closes(now=NOW + timedelta(minutes=3)) == NOTHING  # one is not done: what it finds is not in the books
    ReconciliationRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    assert tend_closes(now=NOW + timedelta(minutes=3)) == {**NOTHING, "looked_at": 1}
    assert {item["name"] for item in ready.fresh().checklist} >= {"runs", "player_money"}
    assert tend_closes(now=NOW + timedelta(minutes=4)) == NOTHING

    ReconciliationRun.objects.filter(pk=run.pk).update(finished_at=NOW + timedelta(minutes=5))
    assert tend_closes(now=NOW + timedelta(minutes=6)) == {**NOTHING, "looked_at": 1}

    # a person looks in the middle of a run, which ends with the instant of its beginning
    ReconciliationRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING, finished_at=NOW + timedelta(minutes=7))
    refresh_checklist(close_id=ready.close.pk, now=NOW + timedelta(minutes=8))
    assert tend_closes(now=NOW + timedelta(minutes=9)) == NOTHING
    ReconciliationRun.objects.filter(pk=run.pk).update(state=RunState.DONE)
    assert tend_closes(now=NOW + timedelta(minutes=9)) == {**NOTHING, "looked_at": 1}


def test_tending_leaves_alone_what_is_right(ready: ReadyDay) -> None:
    ready.prepare()
    assert tend_closes(now=NOW) == NOTHING
    assert ready.state() == CloseState.PREPARED
    ready.sign()
    assert tend_closes(now=NOW + timedelta(days=30)) == NOTHING
    assert ready.state() == CloseState.SIGNED_OFF


def test_a_page_that_was_opened_before_the_look_is_not_out_of_date(ready: ReadyDay) -> None:
    ada = ready.house.ada
    ada.is_staff = True
    ada.save()
    ada.user_permissions.add(Permission.objects.get(codename="view_dailyclose"))
    client = Client()
    client.force_login(ada, backend="django.contrib.auth.backends.ModelBackend")
    seen = place_of(ready.close).version_of(ready.fresh())

    assert tend_closes(now=NOW + timedelta(minutes=1))["looked_at"] == 1
    assert press(client, ready.close, "refresh", seen=seen).status_code == 302

    overridden = [{"name": "runs", "count": 1, "missing": ["BANK_EUR: no run"]}]
    DailyClose.objects.filter(pk=ready.close.pk).update(overrides=overridden)  # two people let something pass meanwhile
    answer = press(client, ready.close, "refresh", seen=seen)
    assert (answer.status_code, "This record changed since you opened it" in answer.content.decode()) == (409, True)
