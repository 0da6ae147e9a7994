"""Addresses of what the operator's platform is told."""

from django.urls import path

from cashier.api.webhook_deliveries import DeliveryDetail, DeliveryList, DeliveryResend
from cashier.api.webhook_endpoints import EndpointDetail, EndpointList

urlpatterns = [
    path("cashier/webhook-endpoints", EndpointList.as_view()),
    path("cashier/webhook-endpoints/<str:code>", EndpointDetail.as_view()),
    path("cashier/webhook-deliveries", DeliveryList.as_view()),
    path("cashier/webhook-deliveries/<str:delivery_id>", DeliveryDetail.as_view()),
    path("cashier/webhook-deliveries/<str:delivery_id>/resend", DeliveryResend.as_view()),
]
