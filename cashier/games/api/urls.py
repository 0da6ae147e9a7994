"""Addresses of game rounds."""

from django.urls import path

from cashier.games.api.views import CreditView, DebitView, EndView, RollbackView, RoundDetail

urlpatterns = [
    path("games/rounds/debit", DebitView.as_view()),
    path("games/rounds/credit", CreditView.as_view()),
    path("games/rounds/rollback", RollbackView.as_view()),
    path("games/rounds/<str:round_id>/end", EndView.as_view()),
    path("games/rounds/<str:round_id>", RoundDetail.as_view()),
]
