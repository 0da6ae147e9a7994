"""Amounts as files show them. The sandbox's own table of exponents: the product's must not be taken on trust."""

WITHOUT_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"}
)
WITH_THREE = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
EXPONENTS = dict.fromkeys(WITHOUT_DECIMALS, 0) | dict.fromkeys(WITH_THREE, 3)


def exponent(currency: str) -> int:
    """Decimals of a currency, 2 unless it is known to have others."""
    return EXPONENTS.get(currency, 2)


def plain(amount_minor: int, currency: str) -> str:
    """Major units with all decimals: "461.50". The amount must not be negative."""
    digits = exponent(currency)
    if digits == 0:
        return str(amount_minor)
    return f"{amount_minor // 10**digits}.{amount_minor % 10**digits:0{digits}d}"


def trimmed(amount_minor: int, currency: str) -> str:
    """As settlement details reports show it: "461.5", "75", ".91", "-.1"; nothing for 0."""
    if amount_minor == 0:
        return ""
    text = plain(abs(amount_minor), currency)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    text = text.removeprefix("0") if text.startswith("0.") else text
    return f"-{text}" if amount_minor < 0 else text


def comma(amount_minor: int, currency: str) -> str:
    """As MT940 shows it: "461,50", "3158," for currencies without decimals."""
    text = plain(amount_minor, currency)
    return text.replace(".", ",") if "." in text else text + ","


def half_up(numerator: int, denominator: int) -> int:
    """A share of positive minor units, halves rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)
