"""Requests and answers between the server, the router and the acts, and how a body's fields are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """The request is refused: `status` is the HTTP status, `code` stable."""

    def __init__(self, status: int, code: str, message: str = "", **details: Any) -> None:
        super().__init__(message or code)
        self.status = status
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request: path without query, header names in lower case, the whole body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as an object. Raises Refused 400."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError as error:
            raise Refused(400, "MALFORMED_JSON", str(error)) from error
        if not isinstance(value, dict):
            raise Refused(400, "MALFORMED_JSON", "the body is not an object")
        return value


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent. `delay_seconds` is waited first; with `drop` the connection is then closed without a byte."""

    status: int
    body: dict[str, Any] | str
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    drop: bool = False


def text_field(body: Mapping[str, Any], name: str, *, default: str | None = None, longest: int = 200) -> str:
    """A string field; required where there is no default. Raises Refused 400."""
    value = body.get(name, default)
    if not isinstance(value, str) or len(value) > longest or (default is None and not value):
        raise Refused(400, "INVALID_FIELD", f"{name} must be a text of 1 to {longest} characters")
    return value


def number_field(body: Mapping[str, Any], name: str, *, default: int) -> int:
    """A whole number. Raises Refused 400."""
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(400, "INVALID_FIELD", f"{name} must be a whole number")
    return value


def amount_field(body: Mapping[str, Any], *, least: int = 1) -> tuple[int, str]:
    """The field `amount` {minor_units, currency} -> (minor units, `least` or more, currency). Raises Refused 400."""
    amount = body.get("amount")
    units, currency = (amount.get("minor_units"), amount.get("currency")) if isinstance(amount, dict) else (None, None)
    if not isinstance(units, int) or isinstance(units, bool) or units < least:
        raise Refused(400, "INVALID_FIELD", f"amount.minor_units must be a whole number, {least} or more")
    if not isinstance(currency, str) or len(currency) != 3:
        raise Refused(400, "INVALID_FIELD", "amount.currency must be an ISO 4217 code")
    return units, currency
