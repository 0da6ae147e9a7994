"""Celery tasks of the cashier: each loads nothing and calls one operation."""

from cashier.tasks import payouts, psp, sweep, webhooks

__all__ = ["payouts", "psp", "sweep", "webhooks"]
