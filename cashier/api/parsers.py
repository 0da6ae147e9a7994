"""Request bodies: JSON whose numbers are read as decimals, never through a float (A6), free of card data (C14)."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser, MultiPartParser

from cashier.card_data import find_card_data

MAX_DEPTH = 32
SURROGATES = re.compile("[\ud800-\udfff]")


class BodyTooLarge(APIException):
    """The request body is larger than the API takes."""

    status_code = 413
    default_detail = "The body is too large."
    default_code = "body_too_large"


class ExactJSONParser(BaseParser):
    """A JSON object. Refuses: too large (413), not JSON, NaN, a repeated key, text that PostgreSQL can't store, card data (400)."""

    media_type = "application/json"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        raw = stream.read(settings.API_MAX_BODY_BYTES + 1)
        if len(raw) > settings.API_MAX_BODY_BYTES:
            raise BodyTooLarge
        body = read_json(raw)
        refuse_bad_text(body)
        refuse_card_data(body)
        return body


class CheckedMultiPartParser(MultiPartParser):
    """Form fields and files; the fields are held to the rules of JSON bodies, the whole to `max_bytes` where a view sets it."""

    max_bytes: int | None = None

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = int((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        if self.max_bytes is not None and length > self.max_bytes:
            raise BodyTooLarge
        parsed = super().parse(stream, media_type, parser_context)
        fields = dict(parsed.data.items())
        refuse_bad_text(fields)
        refuse_card_data(fields)
        return parsed


def read_json(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw` with Decimal for every number that is not a whole one."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_float=exact_decimal, parse_constant=refuse_constant, object_pairs_hook=once_each)
    except (ValueError, RecursionError) as error:
        raise ParseError("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise ParseError("The body is not a JSON object.")
    return body


def exact_decimal(text: str) -> Decimal:
    """A number as it is written; an exponent beyond any amount is refused before it can grow."""
    number = Decimal(text)
    if not -40 <= number.adjusted() <= 40:
        raise ValueError("number out of range")
    return number


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a key is repeated")
    return body


def refuse_bad_text(body: dict[str, Any]) -> None:
    """No NUL, no half surrogate, no nesting beyond MAX_DEPTH: the database would refuse it later."""
    for text in texts(body, depth=0):
        if "\x00" in text or SURROGATES.search(text):
            raise ParseError("The body holds text that is not valid Unicode.")


def texts(value: object, *, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise ParseError("The body is nested too deeply.")
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from texts(item, depth=depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item, depth=depth + 1)


def refuse_card_data(body: dict[str, Any]) -> None:
    """A card number or security code in any field is a 400 that names the field and never repeats the value (C14)."""
    field = find_card_data(body)
    if field is not None:
        raise ValidationError({field: ["Card numbers and security codes are not taken: send a token."]}, code="card_data")
