"""The rates at which the PSP has agreed to settle in another currency than the payment's (docs/sandbox.md, Accounts)."""

from decimal import ROUND_HALF_UP, Decimal

from config.sandbox.reports.amounts import exponent

AGREED = {"SEK/EUR": "0.0869", "GBP/EUR": "1.1700", "USD/EUR": "0.9200", "JPY/EUR": "0.0061", "KWD/EUR": "3.0100"}
TOLERANCE_PERCENT = "0.50"


def worse_rate(pair: str) -> str:
    """Three per cent less than agreed, as a report states it."""
    return f"{Decimal(AGREED[pair]) * Decimal('0.97'):.6f}"


def converted(amount_minor: int, pair: str, rate: str) -> int:
    """The amount in the pair's second currency, minor units, halves rounded up."""
    charged, _, settled = pair.partition("/")
    exact = (amount_minor * Decimal(rate)).scaleb(exponent(settled) - exponent(charged))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
