"""All urls: the API, the webhooks, the back office."""

from django.contrib import admin
from django.urls import include, path

from config.health import health, live
from config.metrics.view import metrics

urlpatterns = [
    path("health", health, name="health"),
    path("live", live, name="live"),
    path("metrics", metrics, name="metrics"),
    path("", include("cashier.api.webhook_urls")),
    path("", include("config.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "config.api.errors.bad_request"
handler403 = "config.backoffice.errors.forbidden"
handler404 = "config.api.errors.not_found"
handler500 = "config.api.errors.server_error"
