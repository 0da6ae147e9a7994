"""From a public id to its page, without the lower floors naming the upper ones: each page registers the prefix that it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

_pages: dict[str, str] = {}
_sources: list[Callable[["Posted"], str]] = []
_namers: dict[str, Callable[[], dict[str, str]]] = {}


def register(prefix: str, url_name: str) -> None:
    """Say that ids with `prefix` ("pi_") have the page `url_name`, which takes the public id."""
    _pages[prefix] = url_name


def url_of(public_id: str) -> str:
    """The page of a public id, or an empty text."""
    url_name = _pages.get(public_id.partition("_")[0] + "_", "")
    if not url_name:
        return ""
    try:
        return reverse(url_name, args=[public_id])
    except NoReverseMatch:
        return ""


def register_names(prefix: str, names: Callable[[], dict[str, str]]) -> None:
    """Say how things of a small table are called: `names()` gives {public id: words} of all of them."""
    _namers[prefix] = names


def names_of(prefix: str) -> dict[str, str]:
    """{public id: words} of a prefix; empty where its things have no names, or are too many."""
    return _namers[prefix]() if prefix in _namers else {}


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting says of the message that caused it."""

    payload_sha256: str
    intent_ref: str


def register_source(find: Callable[[Posted], str]) -> None:
    """Say how the message behind a posting is found: `find` gives its public id, or an empty text."""
    _sources.append(find)


def source_of(posted: Posted) -> str:
    """Public id of the message that caused a posting, or an empty text."""
    return next((found for find in _sources if (found := find(posted))), "")


def prefixes() -> dict[str, str]:
    """Every prefix that has a page, with the name of that page's url."""
    return dict(_pages)
