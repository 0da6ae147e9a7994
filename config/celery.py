"""The Celery application. Tasks are found in each app's `tasks` package."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("countroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
