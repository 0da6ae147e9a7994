"""The sidebar: the pages that this person may open. The theme's own asks each permission, address and badge of it several times."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. `badge` says how much waits there; it is empty where nothing does."""

    title: str
    icon: str
    link: str
    is_open: bool
    badge: str


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: list[Entry]


def sidebar_of(request: HttpRequest) -> list[Group]:
    """The groups of settings.UNFOLD; those with nothing for this person are left out."""
    groups = [
        Group(group.get("title", ""), [_entry(item, request) for item in group["items"] if _may_open(item, request)])
        for group in settings.UNFOLD["SIDEBAR"]["navigation"]
    ]
    return [group for group in groups if group.entries]


def _may_open(item: dict[str, Any], request: HttpRequest) -> bool:
    return "permission" not in item or bool(item["permission"](request))


def _entry(item: dict[str, Any], request: HttpRequest) -> Entry:
    link = str(item["link"])
    is_open = request.path == link or (request.path.startswith(link) and link != reverse("admin:index"))
    badge = import_string(item["badge"])(request) if "badge" in item else ""
    return Entry(item["title"], item["icon"], link, is_open, badge)
