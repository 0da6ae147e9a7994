"""A double click is one act: each drawn form carries a token that is taken by the first POST."""

import secrets

from django.core.cache import cache

KEPT_SECONDS = 3600


def new_token() -> str:
    return secrets.token_urlsafe(16)


def take(user_id: object, token: str) -> bool:
    """Whether this POST is the first with its token. A form without a token is refused."""
    return bool(token) and bool(cache.add(_key(user_id, token), 1, timeout=KEPT_SECONDS))


def give_back(user_id: object, token: str) -> None:
    """Nothing was done: the same form may be sent again."""
    cache.delete(_key(user_id, token))


def _key(user_id: object, token: str) -> str:
    return f"backoffice-once:{user_id}:{token[:64]}"
