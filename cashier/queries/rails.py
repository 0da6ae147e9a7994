"""The rail catalogue as the cashier asks it (C23): the rows in force, kept by each process.

A row that comes into force reaches the process that put it there at its commit, every other one within KEEP_SECONDS of real time.
"""

from collections.abc import Mapping
from time import monotonic

from cashier.models import RailVersion
from cashier.rails import Rail, read_rail

KEEP_SECONDS = 15.0
_kept: tuple[float, Mapping[str, Rail]] = (0.0, {})


class UnknownMethod(ValueError):
    """No row of this method is in force."""


def rails_in_force() -> Mapping[str, Rail]:
    """Method -> its row, by name."""
    expires, rails = _kept
    return rails if monotonic() < expires else _read()


def forget_rails() -> None:
    """Ask the database next time."""
    global _kept
    _kept = (0.0, {})


def get_rail(method: str) -> Rail:
    """The row of a method. Raises UnknownMethod."""
    try:
        return rails_in_force()[method]
    except KeyError:
        raise UnknownMethod(method) from None


def name_of(method: str) -> str:
    """As people say it: "Pay by bank". Of a method that is not in the catalogue, its own word."""
    rail = rails_in_force().get(method)
    return rail.name if rail else method.replace("_", " ").capitalize()


def _read() -> Mapping[str, Rail]:
    global _kept
    rows = RailVersion.objects.filter(state=RailVersion.State.ACTIVE).values_list("method", "body")
    found = sorted((read_rail(method, body) for method, body in rows), key=lambda rail: rail.name)
    rails = {rail.method: rail for rail in found}
    _kept = (monotonic() + KEEP_SECONDS, rails)
    return rails
