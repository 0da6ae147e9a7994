from decimal import Decimal

import pytest

from ledger.money import Money, MoneyError, UnknownAsset, format_major, get_asset, parse_minor, parse_minor_lenient

EUR, JPY, KWD, ETH = (get_asset(code) for code in ("EUR", "JPY", "KWD", "ETH"))


@pytest.mark.spec("L4")
@pytest.mark.parametrize(
    ("code", "exponent"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("BTC", 8), ("USDT", 6), ("USDC", 6), ("ETH", 18), ("USDT.TRON", 6)]
)
def test_an_asset_has_its_exponent(code: str, exponent: int) -> None:
    assert get_asset(code).exponent == exponent


@pytest.mark.spec("L4")
def test_an_unknown_asset_is_refused() -> None:
    with pytest.raises(UnknownAsset):
        get_asset("eur")


@pytest.mark.spec("L4", "A6")
@pytest.mark.parametrize(
    ("text", "minor"),
    [("50", 5000), ("50.0", 5000), ("50.00", 5000), ("0.01", 1), ("-12.34", -1234), (50, 5000), (Decimal("1E+2"), 10000), ("1e2", 10000)],
)
def test_an_amount_becomes_minor_units(text: str | int | Decimal, minor: int) -> None:
    assert parse_minor(text, EUR) == minor


@pytest.mark.spec("L4", "A6")
@pytest.mark.parametrize(
    "text",
    ["50.000", "0.001", "", " 50", "5 0", "1_000", "NaN", "Infinity", "１", "fifty", "1e40", "1e999999999", "9" * 39, Decimal("0.001")],
)
def test_what_is_not_an_exact_amount_is_refused(text: str | Decimal) -> None:
    with pytest.raises(MoneyError):
        parse_minor(text, EUR)


@pytest.mark.spec("L4")
@pytest.mark.parametrize("value", [1.5, True, None, b"1"])
def test_floats_and_other_types_are_refused(value: object) -> None:
    with pytest.raises(MoneyError):
        parse_minor(value, EUR)  # type: ignore[arg-type]


@pytest.mark.spec("L4")
def test_exponents_count() -> None:
    assert parse_minor("5", JPY) == 5
    assert parse_minor("5.125", KWD) == 5125
    assert parse_minor("1.000000000000000001", ETH) == 10**18 + 1
    with pytest.raises(MoneyError):
        parse_minor("5.0", JPY)


@pytest.mark.spec("L4")
@pytest.mark.parametrize(("text", "minor"), [("50.0000", 5000), ("50", 5000), ("-0.10000", -10), ("1E2", 10000), ("0.000", 0)])
def test_files_may_carry_zeros_beyond_the_exponent(text: str, minor: int) -> None:
    assert parse_minor_lenient(text, EUR) == minor


@pytest.mark.spec("L4")
@pytest.mark.parametrize("text", ["50.001", "0.0050", "x", ""])
def test_files_may_not_carry_other_digits(text: str) -> None:
    with pytest.raises(MoneyError):
        parse_minor_lenient(text, EUR)


@pytest.mark.spec("L4")
@pytest.mark.parametrize(
    ("minor", "asset", "text"),
    [(123450, EUR, "1234.50"), (-1, EUR, "-0.01"), (0, EUR, "0.00"), (-7, JPY, "-7"), (10**18, ETH, "1." + "0" * 18)],
)
def test_minor_units_are_shown_plainly(minor: int, asset, text: str) -> None:  # type: ignore[no-untyped-def]
    assert format_major(minor, asset) == text


@pytest.mark.spec("L4")
def test_money_adds_only_with_its_own_asset() -> None:
    assert Money(5, EUR) + Money(6, EUR) == Money(11, EUR)
    assert Money(5, EUR) - Money(6, EUR) == Money(-1, EUR)
    with pytest.raises(MoneyError):
        Money(5, EUR) + Money(5, JPY)
    with pytest.raises(MoneyError):
        Money(0.5, EUR)  # type: ignore[arg-type]
