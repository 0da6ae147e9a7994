"""Views of the queue that a person keeps, and those that others share (E5)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse

from ledger.admin.frames import SHOWN, Act, Done, KeptView, Page, Standing, hidden
from reconciliation.models import SavedView
from reconciliation.operations.saved_views import drop_view, keep_view

WORK = "reconciliation.work_case"


def kept_views(page: Page) -> list[KeptView]:
    """One's own first, then the shared ones of others."""
    if "kept_views" not in page.memo:
        rows = SavedView.objects.filter(Q(owner=page.user) | Q(is_shared=True)).select_related("owner")
        own_first = sorted(rows, key=lambda row: (row.owner_id != page.user.pk, row.pk))
        page.memo["kept_views"] = [KeptView(str(row.pk), row.name, row.query, _by(row, page)) for row in own_first]
    found: list[KeptView] = page.memo["kept_views"]
    return found


def _by(row: SavedView, page: Page) -> str:
    return "" if row.owner_id == page.user.pk else row.owner.get_full_name() or row.owner.get_username()


def _keep(_: object, data: Mapping[str, Any], page: Page) -> Done:
    view = keep_view(name=data["name"], query=data["query"], is_shared=data["is_shared"], owner=page.user, now=page.now)
    queue = reverse("admin:reconciliation_exceptioncase_changelist")
    return Done(f"Kept as “{view.name}”{', for everybody' if view.is_shared else ''}.", next_url=f"{queue}?{view.query}&kept={view.pk}")


def _keep_fields(_: object, page: Page) -> dict[str, forms.Field]:
    """The address is read from the page on which the dialog opens."""
    shared = "Everybody who sees the queue gets this view too."
    return {
        "name": forms.CharField(label="Name", max_length=40),
        "is_shared": forms.BooleanField(label="Share it", required=False, help_text=shared),
        "query": forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000, initial=page.request.GET.urlencode()),
    }


def _own(page: Page) -> list[tuple[str, str]]:
    return [(view.key, view.label) for view in kept_views(page) if not view.shared]


def _drop(_: object, data: Mapping[str, Any], page: Page) -> Done:
    drop_view(view_id=int(data["view"]), owner=page.user)
    return Done("The view is dropped.")


def _droppable(_: object, page: Page) -> Standing:
    return SHOWN if _own(page) else hidden("You keep no view.")


VIEW_ACTS = (
    Act("keep_view", "Save view…", WORK, _keep, key="s", icon="bookmark_add", title="Save this view", fields=_keep_fields),
    Act(
        "drop_view",
        "Drop a view…",
        WORK,
        _drop,
        title="Drop a view of yours",
        standing=_droppable,
        fields=lambda _, page: {"view": forms.ChoiceField(label="View", choices=_own(page))},
    ),
)
