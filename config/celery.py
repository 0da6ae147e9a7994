"""The Celery application. Tasks are found in each app's `tasks` package."""

import os
from pathlib import Path

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("countroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
@beat_init.connect
def tell_ready(**_: object) -> None:
    """Show that this process takes work: COUNTROOM_READY_FILE names a file that a supervisor or an orchestrator looks for."""
    ready = os.environ.get("COUNTROOM_READY_FILE")
    if ready:
        Path(ready).touch()
