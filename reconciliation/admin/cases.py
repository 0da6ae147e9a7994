"""The exception queue and the case page, as one place of the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from ledger.admin.frames import OpsAdmin, Page, Record
from reconciliation.admin.case_acts import ACTS
from reconciliation.admin.case_bulk import BULK
from reconciliation.admin.case_list import FRAME
from reconciliation.admin.case_page import case_record
from reconciliation.models import ExceptionCase


@admin.register(ExceptionCase)
class ExceptionCaseAdmin(OpsAdmin):
    frame = FRAME
    acts = ACTS
    bulk_acts = BULK

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
