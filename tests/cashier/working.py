"""A worker in a thread: makes every call to a PSP that is due, as Celery's worker does, until it is told to stop."""

import threading
from datetime import datetime

from django.db import connection

from cashier import operations
from cashier.models import PspCall
from cashier.operations.sweep import ACTS
from ledger.clock import real_now


class Worker(threading.Thread):
    """`with Worker(now):` — calls and events are worked on while the block runs."""

    def __init__(self, now: datetime) -> None:
        super().__init__(daemon=True)
        self.now = now
        self.stopping = threading.Event()
        self.failures: list[BaseException] = []

    def run(self) -> None:
        try:
            while not self.stopping.wait(0.01):
                self.work()
        except BaseException as error:
            self.failures.append(error)
        finally:
            connection.close()

    def work(self) -> None:
        for act in ACTS:
            due = act.model.objects.filter(call_state__in=PspCall.OPEN_CALLS, next_try_at__lte=real_now())
            for call_id in list(due.values_list("pk", flat=True)):
                operations.run_call(act, call_id=call_id, now=self.now)

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.stopping.set()
        self.join(20)
        assert self.failures == []
