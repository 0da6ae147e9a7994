"""The Celery application. Tasks are found in each app's `tasks` package."""

import logging.config
import os
import sys
from pathlib import Path

from celery import Celery, Task
from celery.signals import beat_init, setup_logging, task_prerun, worker_process_init, worker_ready
from django.db import connections

from config.memory import keep_loaded_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("countroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A worker keeps its connections from task to task, as the web does from request to request: a new one for each task, Celery's
# default, costs more processor time than most tasks do.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks()


def leave_broker_soon() -> None:
    """Of a process that answers people: a broker that hangs is given up within half a second, for the row is the queue (C22)."""
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, "socket_timeout": 0.5, "socket_connect_timeout": 0.5}


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


@task_prerun.connect
def keep_sound_connections(task: "Task[..., object]", **_: object) -> None:
    """A connection that failed, or is older than CONN_MAX_AGE, is made anew; any other is tried before its first use in the task.

    A task that is run in place, within its caller's transaction, leaves the caller its connection."""
    if task.request.is_eager:
        return
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()


@setup_logging.connect
def use_our_logging(**_: object) -> None:
    """Workers and beat log as the web does, instead of Celery's own format."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
