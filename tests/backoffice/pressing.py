"""How tests press a button: as its form does, with the version that was seen and a token of its own."""

import itertools
from typing import Any

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from ledger.admin.frames import OpsAdmin

_tokens = itertools.count()


def place_of(obj: Any) -> OpsAdmin:
    place = admin.site._registry[type(obj)]
    assert isinstance(place, OpsAdmin)
    return place


def press(client: Client, obj: Any, act: str, **data: Any) -> Any:
    """POST of one button of a record, freshly read."""
    fresh = type(obj)._default_manager.get(pk=obj.pk)
    form = {"once": f"token-{next(_tokens)}", "seen": place_of(obj).version_of(fresh), **data}
    return client.post(place_of(obj).act_url(fresh, act), form)


def list_url(model: type[Any]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
