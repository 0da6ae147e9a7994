"""Machine clients of the HTTP API (A2)."""

from django.db import models
from oauth2_provider.models import AbstractApplication
from simple_history.models import HistoricalRecords


class ApiClient(AbstractApplication):  # type: ignore[misc]
    """An OAuth 2 client: it sees its own brands and no other, within its scopes, rate and addresses.

    `scopes`: space-separated, for example "cashier:read cashier:write". `ip_allow_list`: networks in CIDR form, empty = any.
    """

    brands = models.ManyToManyField("cashier.Brand", related_name="api_clients", blank=True)
    scopes = models.TextField(default="", blank=True)
    rate_per_minute = models.PositiveIntegerField(default=6000)
    is_active = models.BooleanField(default=True)
    ip_allow_list = models.JSONField(default=list, blank=True)
    history = HistoricalRecords(excluded_fields=["client_secret"])

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        db_table = "cashier_api_client"
        verbose_name = "API client"

    def __str__(self) -> str:
        return str(self.name or self.client_id)
