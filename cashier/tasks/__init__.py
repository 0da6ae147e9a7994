"""Celery tasks of the cashier: each loads nothing and calls one operation."""

from cashier.tasks import bonuses, outgoing, payouts, psp, routing, sweep, webhooks

__all__ = ["bonuses", "outgoing", "payouts", "psp", "routing", "sweep", "webhooks"]
