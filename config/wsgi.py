"""WSGI entry point for the web process."""

import os

from django.core.wsgi import get_wsgi_application

from config.memory import keep_loaded_code

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
keep_loaded_code()
