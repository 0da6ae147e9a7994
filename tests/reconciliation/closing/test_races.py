"""Many at once: postings while a day closes, two who prepare, two who sign, a process that dies (D3, L16)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from ledger.models import ApprovalRequest, BusinessDay, JournalTransaction
from ledger.operations import decide
from reconciliation.models import CloseSnapshot, CloseState
from reconciliation.operations.closing import CloseNotReady, CloseStateConflict, preparing, recover_closes, tend_closes
from tests.concurrency.threads import at_once
from tests.databases import CHECKOUT, TestDatabase
from tests.reconciliation.closing.day import DAY, NEXT_DAY, NOW, ReadyDay

pytestmark = pytest.mark.spec("D3", "L16")
OTHER = "pl_01kahj0000000000000000000b"  # its wallet is locked by the posting in flight, and by nobody else's


class InFlight:
    """A transaction on a connection of its own: it posts, and commits when told to."""

    def __init__(self, ready: ReadyDay, *, posts_first: bool) -> None:
        self.begun, self.go, self.day = Event(), Event(), None
        self.thread = Thread(target=self._run, args=(ready, posts_first))
        self.thread.start()
        assert self.begun.wait(30)

    def _run(self, ready: ReadyDay, posts_first: bool) -> None:
        try:
            with transaction.atomic():
                if posts_first:
                    self.day = ready.post("in flight", player=OTHER).business_date
                else:
                    with connection.cursor() as cursor:  # it has written something, and will post later
                        cursor.execute("SELECT pg_current_xact_id()")
                self.begun.set()
                assert self.go.wait(60)
                if not posts_first:
                    self.day = ready.post("in flight", player=OTHER).business_date
        finally:
            connections.close_all()

    def commit(self) -> Any:
        self.go.set()
        self.thread.join(60)
        return self.day


def in_thread(act: Callable[[], object]) -> tuple[Thread, list[object]]:
    """Start `act` on a connection of its own; its answer, or what it raised, will be in the list."""
    answers: list[object] = []

    def run() -> None:
        try:
            answers.append(act())
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread, answers


def until(is_true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_posting_in_flight_lands_in_the_day_and_is_counted(ready: ReadyDay) -> None:
    flight = InFlight(ready, posts_first=True)
    preparing_thread, answers = in_thread(ready.prepare)
    until(lambda: ready.state() == CloseState.CLOSING)
    time.sleep(0.3)
    assert (ready.state(), answers) == (CloseState.CLOSING, [])  # it waits

    later = ready.pay("begun after CLOSING")
    assert flight.commit() == DAY
    preparing_thread.join(60)

    assert ready.state() == CloseState.PREPARED
    assert later.business_date == NEXT_DAY
    assert ready.request().payload["totals"]["journal"]["transactions"] == 3
    assert JournalTransaction.objects.filter(business_date=DAY).count() == 3


def test_one_that_began_before_and_posts_after_closing_goes_to_the_next_day(ready: ReadyDay) -> None:
    flight = InFlight(ready, posts_first=False)
    preparing_thread, _ = in_thread(ready.prepare)
    until(lambda: ready.state() == CloseState.CLOSING)

    assert flight.commit() == NEXT_DAY
    preparing_thread.join(60)

    assert ready.state() == CloseState.PREPARED
    assert ready.request().payload["totals"]["journal"]["transactions"] == 2


def test_what_does_not_end_in_time_sends_the_day_back_to_open(ready: ReadyDay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "IN_FLIGHT_SECONDS", 0.2)
    flight = InFlight(ready, posts_first=True)
    try:
        with pytest.raises(CloseNotReady, match="in flight"):
            ready.prepare()
    finally:
        flight.commit()
    assert (ready.state(), ready.is_open(), ApprovalRequest.objects.count()) == (CloseState.OPEN, True, 0)
    assert ready.pay("later").business_date == DAY


def test_nothing_is_lost_or_added_while_many_post(ready: ReadyDay) -> None:
    stop = Event()

    def poster(name: str) -> Callable[[], int]:
        def run() -> int:
            count = 0
            while not stop.is_set() and count < 400:
                ready.pay(f"{name}:{count}", 1)
                count += 1
            return count

        return run

    threads = [in_thread(poster(name)) for name in ("a", "b", "c")]
    until(lambda: JournalTransaction.objects.count() > 12)
    ready.prepare()
    counted = ready.request().payload["totals"]["journal"]["transactions"]
    until(lambda: JournalTransaction.objects.filter(business_date=NEXT_DAY).count() > 3)
    stop.set()
    for thread, _ in threads:
        thread.join(60)

    posted = 2 + sum(answers[0] for _, answers in threads)
    in_day = JournalTransaction.objects.filter(business_date=DAY)
    assert counted == in_day.count() > 12
    assert posted == in_day.count() + JournalTransaction.objects.filter(business_date=NEXT_DAY, corrects_date=DAY).count()


def test_of_two_who_prepare_at_once_one_does(ready: ReadyDay) -> None:
    flight = InFlight(ready, posts_first=True)
    first, answers = in_thread(lambda: ready.prepare(ready.house.ada))
    until(lambda: ready.state() == CloseState.CLOSING)

    with pytest.raises(CloseStateConflict, match="right now"):
        ready.prepare(ready.house.fay)
    assert ready.state() == CloseState.CLOSING
    assert recover_closes(now=NOW) == 0  # somebody is at it

    flight.commit()
    first.join(60)
    assert (ready.state(), ready.fresh().preparer) == (CloseState.PREPARED, ready.house.ada), answers
    assert ApprovalRequest.objects.filter(kind="close.sign_off").count() == 1


def test_started_at_one_moment_only_one_request_is_made(ready: ReadyDay) -> None:
    house = ready.house
    answers = at_once([lambda: ready.prepare(house.ada), lambda: ready.prepare(house.fay), lambda: ready.prepare(house.ada)])
    refused = [answer for answer in answers if isinstance(answer, CloseStateConflict)]
    assert (len(refused), ready.state(), ready.is_open()) == (2, CloseState.PREPARED, False), answers
    assert ApprovalRequest.objects.filter(kind="close.sign_off").count() == 1


def test_of_two_who_sign_at_once_one_does(ready: ReadyDay) -> None:
    ready.prepare()
    request = ready.request()
    people = (ready.house.ben, ready.house.fay)
    answers = at_once(
        [lambda person=person: decide(request_id=request.pk, approve=True, checker=person, reason="", now=NOW) for person in people]
    )
    assert sum(isinstance(answer, Exception) for answer in answers) == 1, answers
    assert (ready.state(), CloseSnapshot.objects.count()) == (CloseState.SIGNED_OFF, 1)


def test_signed_and_sent_back_at_once_is_one_of_both(ready: ReadyDay) -> None:
    ready.prepare()
    request = ready.request()

    def act(person: Any, approve: bool) -> Callable[[], object]:
        return lambda: decide(request_id=request.pk, approve=approve, checker=person, reason="no, look again", now=NOW)

    answers = at_once([act(ready.house.ben, True), act(ready.house.fay, False), lambda: tend_closes(now=NOW)])
    assert sum(isinstance(answer, Exception) for answer in answers) == 1, answers
    signed = ready.state() == CloseState.SIGNED_OFF
    assert (ready.state(), ready.is_open(), CloseSnapshot.objects.count()) == (
        (CloseState.SIGNED_OFF, False, 1) if signed else (CloseState.OPEN, True, 0)
    )


PREPARE = """
import django; django.setup()
from datetime import datetime
from ledger.models import User
from reconciliation.operations.closing import prepare_close
import sys
prepare_close(close_id=sys.argv[1], preparer=User.objects.get(username="ada"), now=datetime.fromisoformat(sys.argv[2]))
"""


def killed_while_preparing(ready: ReadyDay, database: TestDatabase) -> None:
    """A process of its own goes CLOSING, waits for a posting in flight, and is killed."""
    flight = InFlight(ready, posts_first=True)
    environment = {**os.environ, "DATABASE_URL": database.app_url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", PREPARE, str(ready.close.pk), NOW.isoformat()]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment)
    try:
        until(lambda: ready.state() == CloseState.CLOSING, 60)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        flight.commit()
    assert (ready.state(), ready.is_open()) == (CloseState.CLOSING, False)


@pytest.mark.whole
def test_a_day_left_closing_by_a_killed_process_falls_back_by_itself(ready: ReadyDay, committed_db: TestDatabase) -> None:
    killed_while_preparing(ready, committed_db)
    until(lambda: recover_closes(now=NOW) == 1)
    assert (ready.state(), ready.is_open()) == (CloseState.OPEN, True)
    assert [row.is_open for row in BusinessDay.objects.get().history.order_by("history_id")] == [False, True]
    ready.prepare()
    assert (ready.state(), ready.request().payload["totals"]["journal"]["transactions"]) == (CloseState.PREPARED, 3)


@pytest.mark.whole
def test_a_day_left_closing_is_prepared_by_whoever_presses_again(ready: ReadyDay, committed_db: TestDatabase) -> None:
    killed_while_preparing(ready, committed_db)

    def pressed() -> bool:
        try:
            return ready.prepare(ready.house.fay, now=NOW + timedelta(minutes=5)).state == CloseState.PREPARED
        except CloseStateConflict:  # the server has not noticed the death yet
            return False

    until(pressed)
    close = ready.fresh()
    assert (close.preparer, close.begun_by_id) == (ready.house.fay, str(ready.house.fay.pk))
    assert ready.request().payload["totals"]["journal"]["transactions"] == 3
