"""From the name in an address to its connector, by the table settings.WEBHOOK_CONNECTORS."""

from importlib import import_module
from typing import cast

from django.conf import settings

from cashier.webhooks.values import Connector


class UnknownConnector(LookupError):
    """No connector has this name."""


def get_connector(name: str) -> Connector:
    """The module of a connector. Raises UnknownConnector."""
    path = settings.WEBHOOK_CONNECTORS.get(name)
    if path is None:
        raise UnknownConnector(f"no connector {name[:32]!r} in WEBHOOK_CONNECTORS")
    return cast(Connector, import_module(path))
