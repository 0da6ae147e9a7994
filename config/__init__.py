"""Composition root: settings, urls, workers, back office, sandbox and simulation. It may import every app; none imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
