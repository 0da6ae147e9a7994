"""Addresses of the cashier under /v1."""

from django.urls import include, path

from cashier.api.captures import CaptureDetail, CaptureList, CaptureRefunds, RefundDetail, RefundList
from cashier.api.completion import IntentComplete
from cashier.api.declines import DeclineCodes
from cashier.api.instruments import InstrumentDetail, InstrumentList
from cashier.api.intents import IntentAuthorize, IntentCancel, IntentCapture, IntentDetail, IntentList, IntentTimeline, IntentVoid
from cashier.api.routing import RoutingExplain

urlpatterns = [
    path("cashier/intents", IntentList.as_view(), name="intents"),
    path("cashier/intents/<str:intent_id>", IntentDetail.as_view(), name="intent"),
    path("cashier/intents/<str:intent_id>/authorize", IntentAuthorize.as_view(), name="intent-authorize"),
    path("cashier/intents/<str:intent_id>/complete", IntentComplete.as_view(), name="intent-complete"),
    path("cashier/intents/<str:intent_id>/capture", IntentCapture.as_view(), name="intent-capture"),
    path("cashier/intents/<str:intent_id>/void", IntentVoid.as_view(), name="intent-void"),
    path("cashier/intents/<str:intent_id>/cancel", IntentCancel.as_view(), name="intent-cancel"),
    path("cashier/intents/<str:intent_id>/timeline", IntentTimeline.as_view(), name="intent-timeline"),
    path("cashier/routing/explain", RoutingExplain.as_view(), name="routing-explain"),
    path("cashier/decline-codes", DeclineCodes.as_view(), name="decline-codes"),
    path("cashier/captures", CaptureList.as_view(), name="captures"),
    path("cashier/captures/<str:capture_id>", CaptureDetail.as_view(), name="capture"),
    path("cashier/captures/<str:capture_id>/refunds", CaptureRefunds.as_view(), name="capture-refunds"),
    path("cashier/refunds", RefundList.as_view(), name="refunds"),
    path("cashier/refunds/<str:refund_id>", RefundDetail.as_view(), name="refund"),
    path("cashier/instruments", InstrumentList.as_view(), name="instruments"),
    path("cashier/instruments/<str:instrument_id>", InstrumentDetail.as_view(), name="instrument"),
    path("", include("cashier.api.money_out_urls")),
    path("", include("cashier.api.webhook_out_urls")),
]
