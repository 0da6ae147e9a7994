"""What is watched: the code of a watch -> what looks, how often, and by which clock (R10, R13)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reconciliation.queries.watches import books, intraday
from reconciliation.queries.watches.noticed import Noticed, RaiseCase


class Look(Protocol):
    def __call__(self, limits: Mapping[str, float], *, now: datetime) -> list[Noticed]: ...


@dataclass(frozen=True, slots=True)
class Watched:
    """`in_real_time`: it looks at when calls were answered, which is no clock of a simulation.

    has_ended: of a watch that raises cases, whether what a case (by its alert's `about`) waits for has come.
    """

    look: Look
    in_real_time: bool = False
    has_ended: Callable[[str], bool] | None = None


WATCHES: dict[str, Watched] = {
    "success_without_credit": Watched(intraday.success_without_credit, has_ended=intraday.is_credited),
    "duplicate_events": Watched(intraday.duplicate_events),
    "retry_storm": Watched(intraday.retry_storm, in_real_time=True),
    "approval_rate": Watched(intraday.approval_rate, in_real_time=True),
    "success_rate": Watched(intraday.success_rate, in_real_time=True),
    "pending_past_usual": Watched(intraday.pending_past_usual, has_ended=intraday.is_decided),
    "mismatch_rate": Watched(books.mismatch_rate),
    "missing_platform_spike": Watched(books.missing_platform_spike),
    "amount_mismatch_growth": Watched(books.amount_mismatch_growth),
    "outstanding": Watched(books.outstanding),
    "late_cases": Watched(books.late_cases),
    "backlog": Watched(books.backlog),
}

__all__ = ["WATCHES", "Noticed", "RaiseCase", "Watched"]
