"""When a circuit was open, read from its changes (C9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cashier.models import BreakerChange, BreakerState, MerchantAccount

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Incident:
    """From the opening of a circuit to its closing; `ended_at` None: still on. `opening` is the change that began it."""

    opening: BreakerChange
    ended_at: datetime | None

    @property
    def began_at(self) -> datetime:
        return self.opening.at


def list_incidents(accounts: Sequence[MerchantAccount], *, now: datetime) -> dict[UUID, list[Incident]]:
    """The incidents of each account in the last 30 days, newest first."""
    changes: dict[UUID, list[BreakerChange]] = {}
    for change in BreakerChange.objects.filter(merchant_account__in=accounts, at__gte=now - KEPT).order_by("at", "pk"):
        changes.setdefault(change.merchant_account_id, []).append(change)
    return {account: list(_incidents(found))[::-1] for account, found in changes.items()}


def _incidents(changes: Sequence[BreakerChange]) -> Iterator[Incident]:
    """A circuit that opens again while its probes fail is one incident."""
    opening: BreakerChange | None = None
    for change in changes:
        if change.to_state == BreakerState.OPEN and opening is None:
            opening = change
        elif change.to_state == BreakerState.CLOSED and opening is not None:
            yield Incident(opening, change.at)
            opening = None
    if opening is not None:
        yield Incident(opening, None)
