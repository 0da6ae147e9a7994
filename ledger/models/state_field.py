"""The column type of states, the same in every app."""

from typing import Any

from django_fsm import FSMField


class StateField(FSMField):
    """An FSMField that migrations know as what it is in the database: text.

    The field of django-fsm listens to every model class that is made, also to those that migrations make for a moment:
    that alone was half the time of `migrate`.
    """

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        options.pop("protected", None)
        return name, "django.db.models.CharField", args, options
