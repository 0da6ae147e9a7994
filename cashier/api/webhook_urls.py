"""Where PSPs knock."""

from django.urls import path

from cashier.api.webhooks import receive_psp_webhook

urlpatterns = [path("webhooks/psp", receive_psp_webhook, name="psp-webhook")]
