"""Where PSPs knock."""

from django.urls import path

from cashier.api.webhooks import receive_payment_hook, receive_provider_webhook, receive_psp_webhook

urlpatterns = [
    path("webhooks/psp", receive_psp_webhook, name="psp-webhook"),
    path("webhooks/psp/<str:connector>/<str:merchant_account>", receive_provider_webhook, name="provider-webhook"),
    path("hooks/payments", receive_payment_hook, name="payment-hook"),
]
