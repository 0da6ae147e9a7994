"""Work done in a process of its own, which is killed (kill -9) at a chosen moment: right before one of its statements to the database."""

import os
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

Act = Callable[[], object]
QUIET = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Statements:
    """Counts what goes to the database; where it comes to `fatal` the process ends at once, as by the kernel's hand."""

    def __init__(self, fatal: int = 0) -> None:
        self.fatal = fatal
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *asked: Any) -> Any:
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*asked)


def statements_of(act: Act) -> int:
    """How many statements `act` sends; it is done."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        act()
    return statements.count


def killed_before(statement: int, act: Act) -> int:
    """`act` in a process of its own, which dies before its statement of that number. Gives the exit code: -9, or 0 where it ended.

    Returns when the database has noticed too: until then the dead process's locks stand.
    """
    connections.close_all()
    child = os.fork()
    if not child:
        _do(act, Statements(fatal=statement))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with connection.cursor() as cursor:
        while cursor.execute(QUIET) and cursor.fetchone() != (0,):
            time.sleep(0.005)
    return code


def _do(act: Act, statements: Statements) -> None:
    """The child's whole life: nothing of the test runner runs on in it."""
    code = 1
    try:
        with connection.execute_wrapper(statements):
            act()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
