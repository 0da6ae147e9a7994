"""WSGI entry point for the web process."""

import os

from django.core.wsgi import get_wsgi_application

from config.celery import leave_broker_soon
from config.memory import keep_loaded_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
leave_broker_soon()
keep_loaded_code()
