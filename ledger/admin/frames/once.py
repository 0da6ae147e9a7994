"""A double click is one act: each drawn form carries a token that is taken by the first POST."""

import secrets

from ledger.admin.frames.page import Page
from ledger.operations import give_form_back, take_form


def new_token() -> str:
    return secrets.token_urlsafe(16)


def take(page: Page, token: str) -> bool:
    """Whether this POST is the first with its token. A form without a token is refused."""
    return take_form(person_id=page.user.pk, token=token, now=page.now)


def give_back(page: Page, token: str) -> None:
    """Nothing was done: the same form may be sent again."""
    give_form_back(person_id=page.user.pk, token=token)
