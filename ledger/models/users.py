"""Staff. Players and API clients are no users."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from simple_history.models import HistoricalRecords

from ledger.models.base import PublicIdModel


class User(PublicIdModel, AbstractUser):
    """A person of the staff (AUTH_USER_MODEL). `player_refs`: their own player accounts, on which they may not act (P4)."""

    PREFIX: ClassVar[str] = "us_"

    player_refs = models.JSONField(default=list, blank=True)
    history = HistoricalRecords(table_name="ledger_user_history", excluded_fields=["password", "last_login"])

    class Meta:
        db_table = "ledger_user"

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **options: Any) -> None:
        """As ever; a save of the last login alone leaves no history row."""
        fields: Iterable[str] | None = options.get("update_fields")
        if fields is not None and set(fields) == {"last_login"}:
            # The library asks whether the attribute is there, not for its value.
            self.skip_history_when_saving = True
        try:
            super().save(*args, **options)
        finally:
            self.__dict__.pop("skip_history_when_saving", None)
