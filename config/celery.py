"""The Celery application. Tasks are found in each app's `tasks` package."""

import logging.config
import os
from pathlib import Path

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_process_init, worker_ready

from config.memory import keep_loaded_code

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


@worker_ready.connect
@worker_process_init.connect
def keep_code(**_: object) -> None:
    """All tasks are loaded by now, in a worker of threads as in each process of a pool."""
    keep_loaded_code()


@setup_logging.connect
def use_our_logging(**_: object) -> None:
    """Workers and beat log as the web does, instead of Celery's own format."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
