"""The API's addresses: each app's own urls under /v1, tokens, the schema and its page."""

from importlib.util import find_spec

from django.urls import include, path

from config.api.docs import DocsView, SchemaView
from config.api.oauth import TokenView, jwks

# Addresses are tried in this order: what comes most often comes first.
APPS = ["cashier.games.api.urls", "cashier.api.urls", "cashier.bonuses.api.urls", "disputes.api.urls", "reconciliation.api.urls"]

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="oauth-token"),
    path("oauth/jwks", jwks, name="oauth-jwks"),
    path("v1/schema", SchemaView.as_view(), name="api-schema"),
    path("v1/docs", DocsView.as_view(), name="api-docs"),
    *(path("v1/", include(module)) for module in APPS if find_spec(module.rpartition(".")[0]) and find_spec(module)),
]
