"""The admin app with our own site in the place of Django's: the apps register on it as usual."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    default_site = "config.backoffice.site.BackOfficeSite"
    default = False
