"""One model in the back office: its list, its record page, its buttons. Nothing here edits a row; buttons POST to operations (B3)."""

from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from ledger.admin.frames import keyset, links, once
from ledger.admin.frames.acts import Act, Button, buttons_of, with_pressed
from ledger.admin.frames.list_frame import Column, ListFrame
from ledger.admin.frames.lists import build_list, narrowed
from ledger.admin.frames.page import Page, page_of
from ledger.admin.frames.pressing import press_list, press_record
from ledger.admin.frames.previewing import show_receipt
from ledger.admin.frames.records import Record
from ledger.admin.frames.sorting import order_of
from ledger.errors import BadPublicId


class OpsAdmin(ModelAdmin):  # type: ignore[misc]
    """Subclasses give `frame`, `record`, and the `acts` of a record and `list_acts` of the list."""

    is_frame = True
    frame: ClassVar[ListFrame]
    acts: ClassVar[tuple[Act, ...]] = ()
    list_acts: ClassVar[tuple[Act, ...]] = ()
    bulk_acts: ClassVar[tuple[Act, ...]] = ()
    list_template: ClassVar[str] = "ops/list.html"
    record_template: ClassVar[str] = "ops/record.html"
    rail_columns: ClassVar[tuple[int, ...]] = ()

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        super().__init__(model, admin_site)
        prefix = getattr(model, "PREFIX", "")
        if prefix:
            links.register(prefix, f"{admin_site.name}:{self._named('change')}")

    # --- what a subclass says ---

    def record(self, obj: Any, page: Page) -> Record:
        raise NotImplementedError

    def name_of(self, obj: Any) -> str:
        """How the address names a record."""
        return str(getattr(obj, "public_id", obj.pk))

    def version_of(self, obj: Any) -> str:
        """What changes whenever the record changes; sent back by its forms."""
        changed = getattr(obj, "updated_at", None)
        return changed.isoformat() if changed else ""

    def neighbours(self, obj: Any, page: Page) -> tuple[str, str]:
        """Addresses of the previous and next record of the view that the person came from."""
        if "in" not in page.request.GET:
            return "", ""
        params = QueryDict(page.request.GET["in"])
        narrow = narrowed(self.frame, self.rows(page), page, params)
        before, after = keyset.neighbours(narrow.rows, order_of(self.frame, narrow.view, params), obj)
        return tuple(self.record_url(row, page.request) if row else "" for row in (before, after))  # type: ignore[return-value]

    def rows(self, page: Page) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model._default_manager.all()
        return rows

    # --- who may ---

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied(f"{self.opts.app_label}.view_{self.opts.model_name}")

    # --- addresses ---

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("", wrap(self.changelist_view), name=self._named("changelist")),
            path("acts/<slug:slug>/", wrap(self.list_act_view), name=self._named("list_act")),
            path("acts/<slug:slug>/receipt/", wrap(self.list_receipt_view), name=self._named("list_receipt")),
            *self.extra_urls(),
            path("<str:object_id>/", wrap(self.change_view), name=self._named("change")),
            path("<str:object_id>/acts/<slug:slug>/", wrap(self.act_view), name=self._named("act")),
            path("<str:object_id>/acts/<slug:slug>/receipt/", wrap(self.receipt_view), name=self._named("receipt")),
        ]

    def extra_urls(self) -> list[URLPattern]:
        return []

    def _named(self, what: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{what}"

    def url_of(self, obj: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self._named('change')}", args=[self.name_of(obj)])

    def record_url(self, obj: Any, request: HttpRequest) -> str:
        """The record's address, with the view that the person works in."""
        return self.url_of(obj) + self._view_suffix(request)

    def _view_suffix(self, request: HttpRequest) -> str:
        return "?" + urlencode({"in": request.GET["in"]}) if "in" in request.GET else ""

    def list_url(self) -> str:
        return reverse(f"{self.admin_site.name}:{self._named('changelist')}")

    def act_url(self, obj: Any, slug: str) -> str:
        return reverse(f"{self.admin_site.name}:{self._named('act')}", args=[self.name_of(obj), slug])

    def list_act_url(self, slug: str) -> str:
        return reverse(f"{self.admin_site.name}:{self._named('list_act')}", args=[slug])

    def export_url(self, page: Page) -> str:
        """Where a POST gives the list as a file; empty where it can't be taken along."""
        return ""

    # --- pages ---

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self.require_view(request)
        return self.show_list(request, page_of(request), None, 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self.require_view(request)
        page = page_of(request)
        return self.show_record(request, self.load(object_id), page, None, 200)

    def load(self, object_id: str) -> Any:
        """The row that an address names: a public id, a uuid or a number. Anything else is not found."""
        rows: QuerySet[Any] = self.model._default_manager.all()
        try:
            return rows.get(pk=self.key_of(object_id))
        except (self.model.DoesNotExist, BadPublicId, ValueError):
            raise Http404(f"No {self.opts.verbose_name} is called {object_id}.") from None

    def key_of(self, object_id: str) -> Any:
        prefix = getattr(self.model, "PREFIX", "")
        if prefix and object_id.startswith(prefix):
            return self.model.id_of(object_id)
        return UUID(object_id) if prefix else int(object_id)

    def show_list(self, request: HttpRequest, page: Page, opened: Button | None, status: int) -> HttpResponse:
        listing = build_list(self.frame, self.rows(page), page)
        buttons = buttons_of((*self.list_acts, *self.bulk_acts), None, page, self.list_act_url)
        buttons, refusal = with_pressed(buttons, opened)
        context = {"title": self.list_words(), "listing": listing, "refusal": refusal}
        context |= {"buttons": [each for each in buttons if each.act in self.list_acts]}
        context |= {"bulk": [each for each in buttons if each.act in self.bulk_acts]}
        context["export_url"] = self.export_url(page)
        place = "?" + urlencode({"in": request.GET.urlencode()})
        context |= {"rows": [self._drawn(row, listing.page, place) for row in listing.rows.rows], "list_url": self.list_url()}
        return self._answer(request, self.list_template, context, page, status)

    def _drawn(self, row: Any, page: Page, place: str) -> dict[str, Any]:
        """One row as the template writes it; `place`: the view that its page is told it was opened from."""
        url = self.url_of(row) + place
        first, *others = [(column.css, _linked(column, column.cell(row, page), url)) for column in self.frame.columns]
        return {"obj": row, "url": url, "key": str(row.pk), "first": first, "others": others}

    def show_record(self, request: HttpRequest, obj: Any, page: Page, opened: Button | None, status: int) -> HttpResponse:
        buttons = buttons_of(self.acts, obj, page, lambda slug: self.act_url(obj, slug) + self._view_suffix(request))
        buttons, refusal = with_pressed(buttons, opened)
        previous, following = self.neighbours(obj, page)
        context = {
            "title": self.heading(obj),
            "record": self.record(obj, page),
            "buttons": buttons,
            "refusal": refusal,
            "has_menu": any(button.act.kind == "menu" for button in buttons),
            "seen": self.version_of(obj),
            "list_url": self.back_url(request),
            "list_words": self.list_words(),
            "previous_url": previous,
            "next_url": following,
            "obj": obj,
            "rail": self._rail(obj, page) if self.rail_columns else [],
        }
        return self._answer(request, self.record_template, context, page, status)

    def _rail(self, obj: Any, page: Page) -> list[dict[str, Any]]:
        """The narrow list at the left of a decision: the first rows of the view that the person works in."""
        params = QueryDict(page.request.GET.get("in", ""))
        narrow = narrowed(self.frame, self.rows(page), page, params)
        order = order_of(self.frame, narrow.view, params)
        found = keyset.keyset_page(narrow.rows.select_related(*self.frame.related), order, size=25).rows
        columns = [self.frame.columns[position] for position in self.rail_columns]
        suffix = self._view_suffix(page.request) or "?" + urlencode({"in": f"view={narrow.view.slug}"})
        return [
            {"url": self.url_of(row) + suffix, "on": row.pk == obj.pk, "cells": [column.cell(row, page) for column in columns]}
            for row in found
        ]

    def list_words(self) -> str:
        """What people call the list."""
        return str(self.opts.verbose_name_plural).capitalize()

    def heading(self, obj: Any) -> str:
        return f"{str(self.opts.verbose_name).capitalize()} {obj}"

    def back_url(self, request: HttpRequest) -> str:
        query = request.GET.get("in", "")
        return f"{self.list_url()}{'?' + query if query else ''}"

    def _answer(self, request: HttpRequest, template: str, context: dict[str, Any], page: Page, status: int) -> HttpResponse:
        shell = self.admin_site.each_context(request)
        own = {"page_now": page.now, "once": once.new_token(), "noun": self.opts.model_name}
        return TemplateResponse(request, template, {**shell, **own, **context}, status=status)

    # --- acts ---

    def act_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        return press_record(self, request, object_id, slug)

    def list_act_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        return press_list(self, request, slug)

    def receipt_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        return show_receipt(self, request, self.acts, slug, self.load(object_id))

    def list_receipt_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        return show_receipt(self, request, self.list_acts, slug, None)

    def is_key(self, text: str) -> bool:
        """Whether a text could be a primary key of this model."""
        try:
            return self.model._meta.pk.to_python(text) is not None
        except ValidationError:
            return False


def _linked(column: Column, html: str, url: str) -> str:
    return format_html('<a class="ops-name" href="{}">{}</a>', url, html) if column.kind == "name" else html
