"""The exception queue and the case page, as one place of the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse

from ledger.admin.frames import OpsAdmin, Page, Record
from reconciliation.admin.case_acts import ACTS
from reconciliation.admin.case_bulk import BULK
from reconciliation.admin.case_export import MAY as MAY_EXPORT
from reconciliation.admin.case_export import export_view
from reconciliation.admin.case_health import health_page
from reconciliation.admin.case_list import FRAME
from reconciliation.admin.case_page import case_record
from reconciliation.admin.case_views import VIEW_ACTS
from reconciliation.models import ExceptionCase


@admin.register(ExceptionCase)
class ExceptionCaseAdmin(OpsAdmin):
    frame = FRAME
    acts = ACTS
    bulk_acts = BULK
    list_acts = VIEW_ACTS

    def extra_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(lambda request: export_view(self, request))
        health = self.admin_site.admin_view(lambda request: health_page(self, request))
        return [
            path("export/", export, name="reconciliation_exceptioncase_export"),
            path("health/", health, name="reconciliation_exceptioncase_health"),
        ]

    def export_url(self, page: Page) -> str:
        return reverse("admin:reconciliation_exceptioncase_export") if page.may(MAY_EXPORT) else ""

    def rows(self, page: Page) -> QuerySet[Any]:
        return ExceptionCase.objects.all()

    def list_words(self) -> str:
        return "Exceptions"

    def heading(self, obj: Any) -> str:
        return str(obj.label)

    def record(self, obj: ExceptionCase, page: Page) -> Record:
        return case_record(obj, page)

    def load(self, object_id: str) -> ExceptionCase:
        """Also by number: /CASE-17/."""
        number = object_id.upper().removeprefix("CASE-")
        if number.isdecimal() and len(number) < 19:
            found = ExceptionCase.objects.filter(number=int(number)).first()
            if found is not None:
                return found
        case: ExceptionCase = super().load(object_id)
        return case
