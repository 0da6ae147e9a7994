"""Which errors say that the database is not there, and which are refusals or defects of ours that must be seen as such (C22)."""

from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError
from psycopg import errors

from config.outages import is_database_away

if TYPE_CHECKING:
    from django.test import RequestFactory


def wrapped(kind: type[Exception], cause: Exception) -> Exception:
    """As Django hands on a driver's error."""
    error = kind(str(cause))
    error.__cause__ = cause
    return error


def below(error: Exception) -> Exception:
    """Something else that went wrong while it was handled."""
    try:
        try:
            raise error
        except Exception:
            raise KeyError("state")  # noqa: B904 - on purpose: no "from"
    except KeyError as other:
        return other


AWAY = [
    psycopg.OperationalError("connection failed: Connection refused"),
    wrapped(OperationalError, psycopg.OperationalError("the connection is closed")),
    wrapped(OperationalError, errors.AdminShutdown("terminating connection due to administrator command")),
    wrapped(OperationalError, errors.CannotConnectNow("the database system is starting up")),
    wrapped(OperationalError, errors.TooManyConnections("sorry, too many clients already")),
    wrapped(OperationalError, errors.DiskFull("could not extend file")),
    wrapped(InternalError, errors.ReadOnlySqlTransaction("cannot execute INSERT in a read-only transaction")),
    InterfaceError("connection already closed"),
]
HERE = [
    wrapped(OperationalError, errors.DeadlockDetected("deadlock detected")),
    wrapped(OperationalError, errors.QueryCanceled("canceling statement due to statement timeout")),
    wrapped(OperationalError, errors.LockNotAvailable("could not obtain lock")),
    wrapped(ProgrammingError, errors.UndefinedTable("relation does not exist")),
    ValueError("no"),
    ConnectionError("Redis"),
]


@pytest.mark.spec("A5", "C22")
@pytest.mark.parametrize("error", [*AWAY, *map(below, AWAY)], ids=repr)
def test_the_database_is_away(error: Exception) -> None:
    assert is_database_away(error)


@pytest.mark.spec("A5", "C22")
@pytest.mark.parametrize("error", [*HERE, *map(below, HERE)], ids=repr)
def test_it_is_there(error: Exception) -> None:
    assert not is_database_away(error)


@pytest.mark.spec("C22")
@pytest.mark.parametrize(
    ("pressed", "back"),
    [("/admin/cashier/routingrules/rr_1/acts/drop/", "/admin/cashier/routingrules/rr_1/"), ("/admin/login/", "/admin/login/")],
)
def test_the_way_back_is_to_the_record_not_to_the_button(rf: "RequestFactory", pressed: str, back: str) -> None:
    """A button's own address answers no look."""
    from config.backoffice.errors import database_away

    page = database_away(rf.post(pressed)).content.decode()

    assert f'<a href="{back}">' in page
