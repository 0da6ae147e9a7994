"""What every model with a public id has, and how append-only tables are marked."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.db import models

from ledger.ids import from_public, new_id, to_public

# The marker that `setup_roles` and the append-only triggers look for, in the database itself: db_table_comment of a model.
APPEND_ONLY = "append-only"
# Tables that the application's own database role owns, because it makes and drops parts of them.
APP_OWNED = "owned by the application"


class PublicIdModel(models.Model):
    """UUIDv7 primary key, shown to people and partners as PREFIX + 26 digits."""

    PREFIX: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True

    @property
    def public_id(self) -> str:
        return to_public(self.PREFIX, self.id)

    @classmethod
    def by_public(cls, text: str) -> Self:
        """The row of a public id; raises BadPublicId or DoesNotExist."""
        return cls._default_manager.get(pk=cls.id_of(text))

    @classmethod
    def id_of(cls, text: str) -> UUID:
        """The uuid of a public id of this model; raises BadPublicId."""
        return from_public(text, cls.PREFIX)

    def __str__(self) -> str:
        return self.public_id


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


class MinorUnitsField(models.DecimalField):  # type: ignore[type-arg]
    """Whole minor units: numeric(38,0) in the database, int in Python (L4)."""

    description = "Whole minor units of an asset"

    def __init__(self, *args: Any, **options: Any) -> None:
        options["max_digits"], options["decimal_places"] = 38, 0
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["max_digits"], options["decimal_places"]
        return name, path, args, options

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        return None if number is None else int(number)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, float):
            raise TypeError("Minor units are an int, never a float.")
        return super().get_db_prep_value(value, connection, prepared)
