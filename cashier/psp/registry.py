"""From a provider's name to its adapter, by the table settings.PSP_ADAPTERS."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from cashier.psp.base import Adapter, UnknownProvider


@cache
def get_adapter(provider: str) -> Adapter:
    """The one adapter of `provider`, made at first use and shared by all threads. Raises UnknownProvider."""
    path = settings.PSP_ADAPTERS.get(provider)
    if path is None:
        raise UnknownProvider(f"no adapter for provider {provider!r} in PSP_ADAPTERS")
    adapter: Adapter = import_string(path)()
    return adapter
