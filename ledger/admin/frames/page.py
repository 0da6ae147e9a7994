"""Who looks, and when: what every page, cell and act of one request is given."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest

from ledger import clock
from ledger.actors import Actor, user_actor
from ledger.models import User


@dataclass(frozen=True, slots=True)
class Page:
    """One request's view of the house. `now` is read once; `memo` holds what a page looked up once for all its rows."""

    request: HttpRequest
    now: datetime
    memo: dict[str, Any] = field(default_factory=dict)

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def actor(self) -> Actor:
        return user_actor(self.user)

    def may(self, permission: str) -> bool:
        return self.user.has_perm(permission)


def page_of(request: HttpRequest) -> Page:
    """The page of a request, at the clock's present time."""
    return Page(request=request, now=clock.now())
