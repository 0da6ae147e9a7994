"""The form of a column map's layout as JSON Schema: what an admin page, an upload and the readers hold it to (R1)."""

from typing import Any

from reconciliation.formats.values import PSP_KINDS

BANK_TEXTS = (
    "account",
    "bank_reference",
    "customer_reference",
    "end_to_end_id",
    "transaction_code",
    "counterparty_name",
    "counterparty_account",
    "narrative",
)
BANK_FIELDS = ("booking_date", "value_date", "currency", "indicator", "amount", "debit", "credit", "fee", "balance", *BANK_TEXTS)
PSP_TEXTS = (
    "merchant_account",
    "psp_reference",
    "modification_reference",
    "merchant_reference",
    "modification_merchant_reference",
    "line_type",
    "batch_number",
    "payment_method",
    "payment_method_variant",
    "payout_reference",
    "dispute_reference",
)
FEES = ("commission", "markup", "scheme_fee", "interchange", "tax")
PSP_FIELDS = (
    *PSP_TEXTS, *FEES, "created_at", "booking_date", "gross_currency", "net_currency", "exchange_rate", "indicator",
    "gross", "gross_debit", "gross_credit", "net", "net_debit", "net_credit",
)  # fmt: skip
FIELDS = {"csv_bank": BANK_FIELDS, "csv_psp": PSP_FIELDS}
KINDS = (*(kind for kind in PSP_KINDS if kind != "reversal"), "reversal:chargeback", "reversal:refund", "reversal:payout")
ENCODINGS = ("auto", "utf-8", "utf-16", "latin-1", "cp1250", "cp1251", "cp1252", "iso8859-15")
_HEADER = {"type": "string", "minLength": 1, "maxLength": 200}
_WORDS = {"type": "array", "items": _HEADER, "minItems": 1, "maxItems": 100}


def schema_of(source: str) -> dict[str, Any]:
    """The schema of a layout for csv_bank or csv_psp."""
    fields = {"type": "string", "enum": list(FIELDS[source])}
    column = {"anyOf": [_HEADER, {"type": "array", "items": _HEADER, "minItems": 1, "maxItems": 10}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": ["columns", "dates"],
        "properties": {
            "columns": {"type": "object", "propertyNames": fields, "additionalProperties": column, "minProperties": 2},
            "constants": {"type": "object", "propertyNames": fields, "additionalProperties": {"type": "string", "maxLength": 200}},
            "delimiter": {"enum": [",", ";", "\t", "|"]},
            "quote": {"enum": ['"', "'"]},
            "encoding": {"enum": list(ENCODINGS)},
            "decimal": {"enum": [".", ","]},
            "thousands": {"enum": ["", ",", ".", " ", "'"]},
            "units": {"enum": ["major", "minor"]},
            "dates": {"type": "string", "pattern": r"^(%[YymdbHMSfzIp]|[ -/:TZ,.])+$", "maxLength": 40},
            "zone": {"type": "string", "maxLength": 64},
            "sign": _sign(),
            "skip": {"type": "object", "additionalProperties": _WORDS, "maxProperties": 5},
            "footers": _WORDS,
            "ids": _WORDS,
            "headings": {**_WORDS, "minItems": 2, "uniqueItems": True},
            **({} if source == "csv_bank" else _psp()),
        },
    }


def _sign() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["rule"],
        "properties": {
            "rule": {"enum": ["signed", "columns", "indicator"]},
            "credit": _WORDS,
            "debit": _WORDS,
            "printed": {"enum": ["refuse", "keep", "ignore"]},
        },
        "if": {"properties": {"rule": {"const": "indicator"}}},
        "then": {"required": ["rule", "credit", "debit"]},
    }


def _psp() -> dict[str, Any]:
    return {
        "kinds": {"type": "object", "additionalProperties": {"enum": list(KINDS)}, "maxProperties": 300},
        "fees": {"enum": ["cost_positive", "cost_negative", "cost_either"]},
        "payout": {"enum": ["row", "computed"]},
    }
