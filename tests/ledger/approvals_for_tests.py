"""An act that needs approval, for the tests of `decide`: it writes down what it was given."""

from datetime import datetime
from typing import Any

from ledger.actors import Actor
from ledger.models import ApprovalRequest, SimulationClock
from ledger.refusals import LedgerError
from ledger.values import Line, credit, debit

executed: list[dict[str, Any]] = []
ended: list[str] = []


class TooLate(LedgerError):
    """The world changed since the request."""


def execute(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    executed.append(payload)
    if payload.get("refuse"):
        SimulationClock.objects.all().delete()
        raise TooLate("The balance is gone.")


def rejected(*, payload: dict[str, Any], request: ApprovalRequest, actor: Actor, now: datetime) -> None:
    ended.append(str(request.state))


def preview(payload: dict[str, Any]) -> list[Line]:
    return [debit("adjustments", "le_1", "EUR", payload["amount"]), credit("playable", "pl_1", "EUR", payload["amount"])]
