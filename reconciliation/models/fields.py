"""Column types that this app's tables share."""

from typing import TYPE_CHECKING, Any

from django.db import models

from ledger.models.base import MinorUnitsField

__all__ = ["CodeField", "MinorUnitsField"]


if TYPE_CHECKING:
    _Text = models.CharField[str, str]
else:
    _Text = models.CharField


class CodeField(_Text):
    """Short text that is compared or paged byte by byte (COLLATE "C")."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("db_collation", "C")
        super().__init__(*args, **kwargs)
