"""Bodies of requests for deposits, captures, refunds and instruments (A4). Amounts are decimals, never floats (A6)."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.api.fields import AMOUNT_SCHEMA, AmountField, PublicIdField, parse_amount
from ledger.money import get_asset

CARD_TYPES = ["credit", "debit", "prepaid", "charge"]


class MetadataField(serializers.JSONField):
    """An object of at most 40 plain values; `brand_id` and `region` are read by us, the rest is the caller's."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping) or len(data) > 40 or len(str(data)) > 4000:
            raise serializers.ValidationError("Give an object of at most 40 values.", code="metadata")
        return {str(name): str(value) if not isinstance(value, (str, int, bool, type(None))) else value for name, value in data.items()}


class IntentBody(serializers.Serializer[Any]):
    """POST /v1/cashier/intents"""

    player_id = serializers.CharField(max_length=128)
    amount = AmountField()
    method = serializers.CharField(max_length=32)
    metadata = MetadataField(required=False, default=dict)

    def validate_metadata(self, value: dict[str, Any]) -> dict[str, Any]:
        for name, longest in (("brand_id", 64), ("region", 16)):
            if not isinstance(value.get(name, ""), str) or len(value.get(name, "")) > longest:
                raise serializers.ValidationError({name: f"A text of at most {longest} characters."}, code="metadata")
        return value


class DeviceBody(serializers.Serializer[Any]):
    """What the player's browser told."""

    fingerprint = serializers.CharField(max_length=200, required=False, allow_blank=True)
    ip = serializers.IPAddressField(required=False)
    user_agent = serializers.CharField(max_length=500, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    language = serializers.CharField(max_length=35, required=False, allow_blank=True)


class CardBody(serializers.Serializer[Any]):
    """What is known of a card without its number. `fingerprint` names the same card at every PSP; `bin`: its first six to eight digits."""

    scheme = serializers.RegexField(r"^[a-z_]{2,32}$", required=False)
    type = serializers.ChoiceField(choices=CARD_TYPES, required=False)
    bin = serializers.RegexField(r"^[0-9]{6,8}$", required=False)
    fingerprint = serializers.RegexField(r"^[A-Za-z0-9_-]{4,64}$", required=False)


class RiskBandField(serializers.RegexField):
    """What the caller thinks of the payment, in a word that rules name: low, medium, high."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^[a-z_]{1,16}$", **options)


class AuthorizeBody(serializers.Serializer[Any]):
    """POST …/authorize: a payment_token or an instrument_id."""

    payment_token = serializers.CharField(max_length=200, required=False)
    instrument_id = PublicIdField(prefix="ins_", required=False)
    capture = serializers.ChoiceField(choices=["auto", "manual"], default="manual")
    return_url = serializers.URLField(max_length=500, required=False, default="")
    device = DeviceBody(required=False, default=dict)
    card = CardBody(required=False, default=dict)
    risk_band = RiskBandField(required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("payment_token" in attrs) == ("instrument_id" in attrs):
            raise serializers.ValidationError({"payment_token": "Give a payment_token or an instrument_id, one of them."}, code="one_of")
        return attrs


@extend_schema_field(
    {
        "oneOf": [
            AMOUNT_SCHEMA,
            {
                "type": "object",
                "required": ["amount", "currency"],
                "additionalProperties": False,
                "properties": {"amount": AMOUNT_SCHEMA, "currency": {"type": "string"}},
            },
        ]
    }
)
class AmountOf(serializers.Field[int, object, str, Any]):
    """An amount in the payment's own currency, bare or with it; to minor units. Context: `currency`."""

    def to_internal_value(self, data: object) -> int:
        currency = self.context["currency"]
        if not isinstance(data, Mapping):
            return parse_amount(data, get_asset(currency))
        money = AmountField().to_internal_value(data)
        if money.asset.code != currency:
            raise serializers.ValidationError(f"The payment is in {currency}.", code="currency")
        return money.amount

    def to_representation(self, value: int) -> str:
        return str(value)


class CaptureBody(serializers.Serializer[Any]):
    """POST …/capture: part of what is left, or all of it."""

    amount = AmountOf(required=False)


class EmptyBody(serializers.Serializer[Any]):
    """POST …/void, …/cancel"""


class RefundBody(serializers.Serializer[Any]):
    """POST /v1/cashier/captures/{id}/refunds. `refund_id`: the caller's own reference, unique per client."""

    refund_id = serializers.RegexField(r"^[\x21-\x7e]{1,128}$", max_length=128)
    amount = AmountOf()
    reason = serializers.CharField(max_length=300, required=False, default="")


class InstrumentBody(serializers.Serializer[Any]):
    """POST /v1/cashier/instruments. `masked`: how it is shown, never more than the last four digits."""

    player_id = serializers.CharField(max_length=128)
    method = serializers.CharField(max_length=32)
    token = serializers.CharField(max_length=200)
    masked = serializers.CharField(max_length=80, required=False, default="")
    metadata = MetadataField(required=False, default=dict)
