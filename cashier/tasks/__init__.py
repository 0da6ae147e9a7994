"""Celery tasks of the cashier: each loads nothing and calls one operation."""

from cashier.tasks import bonuses, payouts, psp, sweep, webhooks

__all__ = ["bonuses", "payouts", "psp", "sweep", "webhooks"]
