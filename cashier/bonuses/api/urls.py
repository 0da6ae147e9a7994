"""Addresses of bonuses."""

from django.urls import path

from cashier.bonuses.api.views import BonusDetail, ConvertView, ForfeitView, GrantView, WagerView

urlpatterns = [
    path("bonuses/grant", GrantView.as_view()),
    path("bonuses/<str:bonus_id>", BonusDetail.as_view()),
    path("bonuses/<str:bonus_id>/wager", WagerView.as_view()),
    path("bonuses/<str:bonus_id>/convert", ConvertView.as_view()),
    path("bonuses/<str:bonus_id>/forfeit", ForfeitView.as_view()),
]
