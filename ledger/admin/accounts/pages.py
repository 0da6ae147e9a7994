"""Accounts in the back office (L13, L19, UX 4.12): their list, their statements, the trial balance and what players owe. Read only."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from ledger.admin.accounts.account_list import ACCOUNTS
from ledger.admin.accounts.asking import Asked, read_moment, read_wanted
from ledger.admin.accounts.debts import DEBTS_HEADER, debt_rows, debts_context
from ledger.admin.accounts.exports import STATEMENT_HEADER, TRIAL_HEADER, csv_answer, statement_name, statement_rows, trial_rows
from ledger.admin.accounts.proposing import ACTS
from ledger.admin.accounts.statement import statement_record
from ledger.admin.accounts.trial import chosen_entity, grouped, trial_context
from ledger.admin.frames import OpsAdmin, Page, Record, page_of
from ledger.models import Account, LegalEntity
from ledger.queries import trial_accounts

Context = Callable[[LegalEntity, Asked, Page], dict[str, Any]]


@admin.register(Account)
class AccountAdmin(OpsAdmin):
    frame = ACCOUNTS
    acts = ACTS

    def heading(self, obj: Any) -> str:
        return "Account"

    def record(self, obj: Account, page: Page) -> Record:
        return statement_record(obj, page, reverse(f"admin:{self._named('statement_csv')}", args=[obj.pk]))

    def extra_urls(self) -> list[URLPattern]:
        def wrap(view: Callable[..., HttpResponseBase]) -> Any:
            return self.admin_site.admin_view(require_safe(view))

        return [
            path("trial/", wrap(self.trial_view), name=self._named("trial")),
            path("trial.csv", wrap(self.trial_csv_view), name=self._named("trial_csv")),
            path("receivables/", wrap(self.debts_view), name=self._named("receivables")),
            path("receivables.csv", wrap(self.debts_csv_view), name=self._named("receivables_csv")),
            path("<str:object_id>/statement.csv", wrap(self.statement_csv_view), name=self._named("statement_csv")),
        ]

    def statement_csv_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The whole statement under the address's filters. An address that can't be read is refused: a file says nothing of it."""
        self.require_view(request)
        account: Account = self.load(object_id)
        wanted, asked = read_wanted(account.pk, account.asset, request.GET)
        return _refused(asked) or csv_answer(statement_name(account), STATEMENT_HEADER, statement_rows(wanted))

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        def context(entity: LegalEntity, asked: Asked, page: Page) -> dict[str, Any]:
            return trial_context(entity, trial_accounts(entity.pk, asked.asof), asked, page)

        return self._report(request, "ops/trial_page.html", "Trial balance", "trial", context)

    def trial_csv_view(self, request: HttpRequest) -> HttpResponseBase:
        self.require_view(request)
        entity, asked = _entity(request), read_moment(request.GET)
        if entity is None:
            return HttpResponse("There is no legal entity yet.", status=404, content_type="text/plain")
        rows = trial_rows(entity, grouped(trial_accounts(entity.pk, asked.asof)), asked)
        return _refused(asked) or csv_answer(f"trial_balance_{entity.code}.csv", TRIAL_HEADER, rows)

    def debts_view(self, request: HttpRequest) -> HttpResponse:
        return self._report(request, "ops/receivables_page.html", "What players owe", "receivables", debts_context)

    def debts_csv_view(self, request: HttpRequest) -> HttpResponseBase:
        self.require_view(request)
        entity, asked = _entity(request), read_moment(request.GET)
        if entity is None:
            return HttpResponse("There is no legal entity yet.", status=404, content_type="text/plain")
        rows = debt_rows(entity, asked, page_of(request))
        return _refused(asked) or csv_answer(f"receivables_{entity.code}.csv", DEBTS_HEADER, rows)

    def _report(self, request: HttpRequest, template: str, title: str, name: str, context: Context) -> HttpResponse:
        self.require_view(request)
        page, entity, asked = page_of(request), _entity(request), read_moment(request.GET)
        shown = context(entity, asked, page) if entity else {"entity": None, "asked": asked}
        query = request.GET.urlencode()
        shown |= {"title": title, "entities": LegalEntity.objects.order_by("code"), "list_url": self.list_url(), "list_words": "accounts"}
        shown |= {"csv_url": reverse(f"admin:{self._named(name + '_csv')}") + (f"?{query}" if query else ""), "asked_for": request.GET}
        return self._answer(request, template, shown, page, 200)


def _entity(request: HttpRequest) -> LegalEntity | None:
    return chosen_entity(LegalEntity.objects.order_by("code"), request.GET.get("entity", ""))


def _refused(asked: Asked) -> HttpResponse | None:
    return HttpResponse(" ".join(asked.complaints) + "\n", status=400, content_type="text/plain") if asked.complaints else None
