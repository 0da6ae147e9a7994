"""Addresses of players, wallets and payouts."""

from django.urls import path

from cashier.api.payouts import PayoutCancelView, PayoutDetail, PayoutList
from cashier.api.players import PlayerDetail, PlayerList
from cashier.api.wallets import TransactionDetail, WalletDetail, WalletStatement

urlpatterns = [
    path("players", PlayerList.as_view()),
    path("players/<str:player_id>", PlayerDetail.as_view()),
    path("wallets/<str:player_id>", WalletDetail.as_view()),
    path("wallets/<str:player_id>/statement", WalletStatement.as_view()),
    path("transactions/<str:txn_id>", TransactionDetail.as_view()),
    path("cashier/payouts", PayoutList.as_view()),
    path("cashier/payouts/<str:payout_id>", PayoutDetail.as_view()),
    path("cashier/payouts/<str:payout_id>/cancel", PayoutCancelView.as_view()),
]
