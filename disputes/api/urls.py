"""Addresses of disputes."""

from django.urls import path

from disputes.api.views import DisputeDetail, DisputeEvidence, DisputeList

urlpatterns = [
    path("disputes", DisputeList.as_view()),
    path("disputes/<str:dispute_id>", DisputeDetail.as_view()),
    path("disputes/<str:dispute_id>/evidence", DisputeEvidence.as_view()),
]
