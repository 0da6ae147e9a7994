"""Limits in bodies: {"deposit": {"EUR": {"day": "100.00"}}} to and from minor units."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.api.fields import AMOUNT_SCHEMA, parse_amount, parse_currency
from ledger.money import format_major, get_asset

PERIODS = {"deposit": ("day", "week", "month"), "loss": ("day", "week", "month"), "stake": ("max",)}


def limit_schema(names: tuple[str, ...]) -> dict[str, Any]:
    limits = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(names, AMOUNT_SCHEMA)}
    return {"type": "object", "additionalProperties": limits}


@extend_schema_field(
    {"type": "object", "additionalProperties": False, "properties": {kind: limit_schema(names) for kind, names in PERIODS.items()}}
)
class LimitsField(serializers.Field[dict[str, Any], object, dict[str, Any], Any]):
    """Limits by kind (deposit, loss, stake), currency and period (day, week, month; stake: max), in major units."""

    def to_internal_value(self, data: object) -> dict[str, Any]:
        kinds = require_object(data, set(PERIODS))
        return {kind: {code: read_limits(kind, code, row) for code, row in require_object(rows).items()} for kind, rows in kinds.items()}

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return limits_body(value)


def read_limits(kind: str, code: str, row: object) -> dict[str, int]:
    asset = parse_currency(code)
    return {f"{name}_minor": parse_amount(value, asset) for name, value in require_object(row, set(PERIODS[kind])).items()}


def require_object(data: object, names: set[str] | None = None) -> Mapping[str, Any]:
    """The object, if it has no other names than these. Raises ValidationError."""
    if not isinstance(data, Mapping):
        raise serializers.ValidationError("Give an object.", code="limits_shape")
    unknown = set(data) - names if names is not None else set()
    if unknown:
        raise serializers.ValidationError(f"Not known: {', '.join(sorted(unknown))}.", code="limits_unknown")
    return data


def limits_body(limits: Mapping[str, Any]) -> dict[str, Any]:
    """Stored limits as answers show them: major units."""
    return {
        kind: {
            code: {name.removesuffix("_minor"): format_major(minor, get_asset(code)) for name, minor in row.items()}
            for code, row in rows.items()
        }
        for kind, rows in limits.items()
    }
