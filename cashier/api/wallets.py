"""GET /v1/wallets/{player_id}, its statement, and GET /v1/transactions/{txn_id} (G3)."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cashier.api.visibility import brand_ids_of, id_or_none, visible_player
from cashier.models import Player
from ledger.api.fields import CURRENCY_SCHEMA
from ledger.api.pages import page_of
from ledger.chart import WALLET_KINDS
from ledger.ids import to_public
from ledger.locks import WalletBalance
from ledger.models import Entry, JournalTransaction
from ledger.money import format_major, get_asset
from ledger.queries import wallet_view
from ledger.refusals import NotFound

SHOWN_KINDS = tuple(kind for kind in WALLET_KINDS if kind != "receivable")
STATEMENT_FILTERS = [
    OpenApiParameter("currency", CURRENCY_SCHEMA),
    OpenApiParameter("account", {"type": "string", "enum": list(SHOWN_KINDS)}),
]
PAGE_PARAMETERS = [
    OpenApiParameter("cursor", str, description="From `next` or `previous`"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
]


class BalanceBody(serializers.Serializer[Any]):
    currency = serializers.CharField()
    playable = serializers.CharField()
    pending = serializers.CharField()
    locked = serializers.CharField()
    bonus = serializers.CharField()


class WalletBody(serializers.Serializer[Any]):
    player_id = serializers.CharField()
    wallets = BalanceBody(many=True)


class StatementLine(serializers.Serializer[Any]):
    txn_id = serializers.CharField()
    type = serializers.CharField()
    account = serializers.ChoiceField(SHOWN_KINDS)
    currency = serializers.CharField()
    amount = serializers.CharField(help_text="Positive: more for the player")
    ref = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    posted_at = serializers.DateTimeField()
    business_date = serializers.DateField()


class StatementPage(serializers.Serializer[Any]):
    results = StatementLine(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class TransactionLine(serializers.Serializer[Any]):
    account = serializers.CharField()
    side = serializers.ChoiceField(["debit", "credit"])
    amount = serializers.CharField()
    currency = serializers.CharField()


class TransactionBody(serializers.Serializer[Any]):
    txn_id = serializers.CharField()
    type = serializers.CharField()
    currency = serializers.CharField()
    intent_id = serializers.CharField(allow_null=True)
    player_id = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    posted_at = serializers.DateTimeField()
    business_date = serializers.DateField()
    corrects_date = serializers.DateField(allow_null=True)
    entries = TransactionLine(many=True)


class WalletDetail(APIView):
    required_scopes = {"GET": "wallet:read"}

    @extend_schema(operation_id="get_wallet", responses=WalletBody)
    def get(self, request: Request, player_id: str) -> Response:
        """What a player has, per currency."""
        player = visible_player(request, player_id)
        balances = wallet_view(player.public_id)
        return Response({"player_id": player.public_id, "wallets": [balance_body(code, row) for code, row in sorted(balances.items())]})


class WalletStatement(APIView):
    required_scopes = {"GET": "wallet:read"}

    @extend_schema(operation_id="get_statement", responses=StatementPage, parameters=[*STATEMENT_FILTERS, *PAGE_PARAMETERS])
    def get(self, request: Request, player_id: str) -> Response:
        """Every movement of a player's money, newest first."""
        player = visible_player(request, player_id)
        entries = statement_entries(player, request.query_params.get("currency", ""), request.query_params.get("account", ""))
        return page_of(entries, request=request, view=self, show=statement_line)


class TransactionDetail(APIView):
    required_scopes = {"GET": "wallet:read"}

    @extend_schema(operation_id="get_transaction", responses=TransactionBody)
    def get(self, request: Request, txn_id: str) -> Response:
        """One journal transaction that moved a player's money."""
        pk = id_or_none(JournalTransaction, txn_id)
        found = JournalTransaction.objects.filter(pk=pk).first() if pk is not None else None
        if found is None or not is_visible(request, found):
            raise NotFound("No such transaction.")
        return Response(transaction_body(found))


def is_visible(request: Request, found: JournalTransaction) -> bool:
    player_id = id_or_none(Player, found.player_ref)
    return player_id is not None and Player.objects.filter(pk=player_id, brand_id__in=brand_ids_of(request)).exists()


def statement_entries(player: Player, currency: str, account: str) -> QuerySet[Entry]:
    """The player's entries but for `receivable`, with what a line shows."""
    kinds = [account] if account in SHOWN_KINDS else list(SHOWN_KINDS)
    entries = Entry.objects.filter(account__owner_ref=player.public_id, account__kind__in=kinds).select_related("account", "transaction")
    return entries.filter(asset=currency) if currency else entries


def statement_line(entry: Entry) -> dict[str, Any]:
    posted = entry.transaction
    return {
        "txn_id": posted.public_id,
        "type": posted.kind,
        "account": entry.account.kind,
        "currency": entry.asset,
        "amount": format_major(-entry.amount_minor, get_asset(entry.asset)),
        "ref": entry.ref,
        "occurred_at": posted.occurred_at.isoformat(),
        "posted_at": posted.posted_at.isoformat(),
        "business_date": posted.business_date.isoformat(),
    }


def transaction_body(found: JournalTransaction) -> dict[str, Any]:
    entries = Entry.objects.filter(transaction=found).select_related("account").order_by("id")
    return {
        "txn_id": to_public(JournalTransaction.PREFIX, found.id),
        "type": found.kind,
        "currency": found.currency,
        "intent_id": found.intent_ref or None,
        "player_id": found.player_ref,
        "occurred_at": found.occurred_at.isoformat(),
        "posted_at": found.posted_at.isoformat(),
        "business_date": found.business_date.isoformat(),
        "corrects_date": found.corrects_date.isoformat() if found.corrects_date else None,
        "entries": [transaction_line(entry) for entry in entries],
    }


def transaction_line(entry: Entry) -> dict[str, str]:
    return {
        "account": entry.account.kind,
        "side": "debit" if entry.amount_minor > 0 else "credit",
        "amount": format_major(abs(entry.amount_minor), get_asset(entry.asset)),
        "currency": entry.asset,
    }


def balance_body(code: str, balance: WalletBalance) -> dict[str, str]:
    asset = get_asset(code)
    return {"currency": code, **{kind: format_major(getattr(balance, kind), asset) for kind in SHOWN_KINDS}}
