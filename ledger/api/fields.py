"""Fields of request and answer bodies: amounts read as decimals, prefixed public ids (A6)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.errors import BadPublicId
from ledger.ids import from_public, to_public
from ledger.money import Asset, Money, MoneyError, UnknownAsset, format_major, get_asset, parse_minor

AMOUNT_SCHEMA = {
    "oneOf": [{"type": "string", "pattern": r"^[0-9]{1,20}(\.[0-9]{1,18})?$"}, {"type": "number", "minimum": 0}],
    "description": "Major units, string or number, no more decimals than the currency has",
}
CURRENCY_SCHEMA = {"type": "string", "pattern": r"^[A-Z0-9]{2,10}(\.[A-Z0-9]{2,10})?$", "examples": ["EUR"]}


def parse_amount(value: object, asset: Asset) -> int:
    """Minor units of a positive amount given as JSON string or number; anything else is refused with the rule it breaks."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise serializers.ValidationError("An amount is a string or a number.", code="amount_type")
    try:
        amount_minor = parse_minor(value, asset)
    except MoneyError as error:
        raise serializers.ValidationError(str(error), code="amount") from error
    if amount_minor <= 0:
        raise serializers.ValidationError("The amount must be above zero.", code="positive")
    if amount_minor >= 10**30:
        raise serializers.ValidationError("The amount is too large.", code="max_amount")
    return amount_minor


def parse_currency(value: object) -> Asset:
    """The asset of a currency code, or a refusal with rule `currency`."""
    if not isinstance(value, str):
        raise serializers.ValidationError("A currency code is a string.", code="currency")
    try:
        return get_asset(value)
    except UnknownAsset as error:
        raise serializers.ValidationError("This currency is not known.", code="currency") from error


@extend_schema_field(
    {
        "type": "object",
        "required": ["amount", "currency"],
        "additionalProperties": False,
        "properties": {"amount": AMOUNT_SCHEMA, "currency": CURRENCY_SCHEMA},
    }
)
class AmountField(serializers.Field[Money, object, dict[str, str], Any]):
    """{amount, currency} to and from Money. More decimals than the currency has, zero or less, or another shape is a 400."""

    def to_internal_value(self, data: object) -> Money:
        if not isinstance(data, Mapping) or set(data) != {"amount", "currency"}:
            raise serializers.ValidationError("Give an object with amount and currency.", code="amount_shape")
        asset = parse_currency(data["currency"])
        return Money(parse_amount(data["amount"], asset), asset)

    def to_representation(self, value: Money) -> dict[str, str]:
        return amount_body(value.amount, value.asset.code)


@extend_schema_field({"type": "string", "pattern": r"^[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}$"})
class PublicIdField(serializers.Field[UUID, object, str, Any]):
    """A prefixed public id to and from UUID, `prefix` as "ins_"; another prefix or shape is a 400."""

    def __init__(self, *, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> UUID:
        try:
            return from_public(data if isinstance(data, str) else "", self.prefix)
        except BadPublicId as error:
            raise serializers.ValidationError(f"This is not an id that starts with {self.prefix}.", code="public_id") from error

    def to_representation(self, value: UUID) -> str:
        return to_public(self.prefix, value)


def amount_body(amount_minor: int, currency: str) -> dict[str, str]:
    """How an amount looks in answers: {"amount": "50.00", "currency": "EUR"}."""
    return {"amount": format_major(amount_minor, get_asset(currency)), "currency": currency}
