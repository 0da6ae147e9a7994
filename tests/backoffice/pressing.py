"""How tests press a button: as its form does, with the version that was seen and a token of its own."""

import itertools
from typing import Any

from django.contrib import admin
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import Client
from django.urls import reverse

from ledger.admin.frames import OpsAdmin
from reconciliation.models import SourceFile

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


def upload_large(client: Client, folder: Any, settings: Any) -> SourceFile:
    """A file that a page does not load at once, uploaded and waiting."""
    settings.MEDIA_ROOT = str(folder)
    large = TemporaryUploadedFile("large.sta", "text/plain", 0, None)
    large.write(b":20:S\n" + b":86:NOT A STATEMENT\n" * 60_000)
    large.seek(0)
    url = reverse("admin:reconciliation_sourcefile_list_act", args=["upload"])
    assert client.post(url, {"once": "l1", "file": large, "source": "mt940", "account": ""}).status_code == 302
    return SourceFile.objects.get(name="large.sta")
