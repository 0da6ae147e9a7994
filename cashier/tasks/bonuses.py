"""Bonuses whose time has come."""

from typing import Any

from celery import shared_task

from cashier.bonuses import sweep
from ledger import clock


@shared_task(name="cashier.tasks.bonuses.sweep_bonuses")
def sweep_bonuses(**kwargs: Any) -> dict[str, int]:
    """Expire, convert and forfeit what is due."""
    return sweep.sweep_bonuses(now=clock.now())
