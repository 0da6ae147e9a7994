"""Rows that many tests begin with, made and committed once per worker in a database of their own; each test rolls back what it does.

A fixture that makes such a house anew for each test costs more than most tests do.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.databases import TestDatabase


@dataclass(frozen=True)
class Furnished:
    """A database with rows in it. `content`: pickled, what the function that made them returned."""

    database: TestDatabase
    content: bytes

    def rows(self) -> Any:
        """What was made, as if it had just been: no test sees what another one did to the objects."""
        return pickle.loads(self.content)  # noqa: S301 - our own bytes, of this process


@contextmanager
def furnished(worker: TestDatabase, name: str, make: Callable[[], Any]) -> Iterator[Furnished]:
    """`make()` run and committed in a new database beside the worker's; dropped at the end."""
    from django.db import transaction

    database = worker.beside(name)
    database.recreate()
    try:
        with django_on(database), transaction.atomic():
            made = make()
        yield Furnished(database, pickle.dumps(made))
    finally:
        database.drop()


@contextmanager
def django_on(database: TestDatabase) -> Iterator[None]:
    """Django's connections of this process, new threads included, lead to another database meanwhile."""
    from django.db import connections

    places = (connections["default"].settings_dict, connections.settings["default"])
    names = [place["NAME"] for place in places]
    connections.close_all()
    for place in places:
        place["NAME"] = database.name
    try:
        yield
    finally:
        connections.close_all()
        for place, name in zip(places, names, strict=True):
            place["NAME"] = name
