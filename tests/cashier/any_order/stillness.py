"""Time that stands still until it is told to move, and messages that wait until they are taken: nothing here waits or happens by itself."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.db import connection, transaction

import cashier.tasks  # noqa: F401 - registers what the queue runs
from cashier import nudges
from cashier.psp.base import PspFailure
from ledger import clock

START = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
MOST_RETRIES = 3


class Clock:
    """Stands for the machine's clock in every module of ours that asks it."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by

    @contextmanager
    def standing(self) -> Iterator["Clock"]:
        """All who imported `real_now` get this one."""
        asked = clock.real_now
        with pytest.MonkeyPatch.context() as patch:
            for module in list(sys.modules.values()):
                if getattr(module, "real_now", None) is asked:
                    patch.setattr(module, "real_now", self)
            yield self


class Queue:
    """The workers' queue: what a commit nudges waits here until it is taken, in any order, or is lost."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, str]]] = []
        self.tries: dict[str, int] = {}

    @contextmanager
    def filling(self) -> Iterator["Queue"]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(nudges, "send_quietly", self.put)
            yield self

    def put(self, task: str, arguments: dict[str, str], *, expires: float | None) -> None:
        """The cashier's own work; what others hear of it is not this test's."""
        if task.startswith("cashier.tasks.") and ".outgoing." not in task:
            self.messages.append((task, arguments))

    def commit(self) -> None:
        """What would follow a commit; the test's own transaction never commits."""
        waiting, connection.run_on_commit[:] = list(connection.run_on_commit), []
        for _, follow, *_ in waiting:
            follow()

    def take(self, position: int) -> None:
        """Run one message's task as a worker does. What a PSP does not answer is tried again."""
        task, arguments = self.messages.pop(position)
        try:
            current_app.tasks[task](**arguments)
        except PspFailure:
            self.again(task, arguments)
        self.commit()

    def again(self, task: str, arguments: dict[str, str]) -> None:
        name = f"{task}:{sorted(arguments.items())}"
        self.tries[name] = self.tries.get(name, 0) + 1
        if self.tries[name] <= MOST_RETRIES:
            self.messages.append((task, arguments))

    def drain(self) -> None:
        """Until nothing waits."""
        while self.messages:
            self.take(0)


@contextmanager
def left_without_trace() -> Iterator[None]:
    """A transaction that is rolled back at its end, after every deferred constraint was checked."""
    kept = list(connection.run_on_commit)
    try:
        with transaction.atomic():
            yield
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            transaction.set_rollback(True)
    finally:
        connection.run_on_commit[:] = kept
