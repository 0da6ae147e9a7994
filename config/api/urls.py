"""The API's addresses: each app's own `api/urls.py` under /v1, tokens, the schema and its page."""

from django.urls import include, path

from config.api.docs import DocsView, SchemaView
from config.api.oauth import TokenView, jwks

urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="oauth-token"),
    path("oauth/jwks", jwks, name="oauth-jwks"),
    path("v1/schema", SchemaView.as_view(), name="api-schema"),
    path("v1/docs", DocsView.as_view(), name="api-docs"),
    path("v1/", include("ledger.api.urls")),
    path("v1/", include("cashier.api.urls")),
    path("v1/", include("disputes.api.urls")),
    path("v1/", include("reconciliation.api.urls")),
]
