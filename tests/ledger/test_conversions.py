"""Conversions (L15): exact, half-even, and what is posted and what is stored make up the whole."""

from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cashier.postings.conversions import deposit_captured, payout_settled
from ledger.fx import Conversion, Quote, RateError, convert, exact_minor, read_conversion, rounding_line
from ledger.values import Line
from reconciliation.conversion_postings import bank_settlement_matched, batch_settled

AT = "2026-03-10T12:00:00Z"
assets = st.sampled_from(["EUR", "SEK", "JPY", "KWD", "BTC", "ETH", "USDT"])
amounts = st.integers(1, 10**20)
rates = st.decimals(min_value="0.00000001", max_value="100000000", places=8).map(lambda rate: format(rate, "f"))


@st.composite
def conversions(draw: st.DrawFn) -> Conversion:
    base, counter = draw(st.lists(assets, min_size=2, max_size=2, unique=True))
    quote = Quote(base, counter, draw(rates), draw(rates), "ecb", AT)
    amount, asset = draw(amounts), draw(st.sampled_from([base, counter]))
    assume(round(exact_minor(amount, asset, quote)) > 0)
    return convert(amount, asset, quote)


def sums(lines: list[Line]) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.asset] += line.amount_minor
    return {asset: total for asset, total in totals.items() if total}


def deposit(conversion: Conversion, fee: int) -> dict[str, Any]:
    return {
        "entity": "le_e", "player": "pl_p", "merchant_account": "ma_m", "ref": "cap_1", "asset": conversion.from_asset, "seen_minor": 0,
        "gross_minor": conversion.from_minor + fee, "player_fee_minor": fee, "conversion": conversion.as_source(),
    }  # fmt: skip


def payout(conversion: Conversion, fee: int) -> dict[str, Any]:
    return {
        "entity": "le_e", "player": "pl_p", "payer": "ma_m", "paid_from": "clearing", "payout": "po_1", "asset": conversion.from_asset,
        "amount_minor": conversion.from_minor + fee, "fee_minor": fee, "conversion": conversion.as_source(),
    }  # fmt: skip


@pytest.mark.spec("L15", "L4", "L1")
@given(conversion=conversions(), fee=st.integers(0, 10**6), seen=st.booleans())
def test_any_amount_at_any_rate_balances_and_loses_nothing(conversion: Conversion, fee: int, seen: bool) -> None:
    exact = exact_minor(conversion.from_minor, conversion.from_asset, conversion.quote)
    assert conversion.to_minor + Fraction(conversion.fraction) == exact
    assert abs(Fraction(conversion.fraction)) <= Fraction(1, 2)

    told = deposit(conversion, fee)
    told["seen_minor"] = told["gross_minor"] if seen else 0
    paid_in, paid_out = deposit_captured(told), payout_settled(payout(conversion, fee))

    assert sums(paid_in) == sums(paid_out) == {}
    for lines in (paid_in, paid_out):
        fx = {line.asset: line.amount_minor for line in lines if line.kind == "fx"}
        assert fx == {conversion.from_asset: -conversion.from_minor, conversion.to_asset: conversion.to_minor}
    assert [(line.asset, -line.amount_minor) for line in paid_in if line.kind == "playable"] == [(conversion.to_asset, conversion.to_minor)]


@pytest.mark.spec("L15", "L9")
@given(conversion=conversions())
def test_a_stored_conversion_is_made_again_from_its_rate_and_no_other_amount_passes(conversion: Conversion) -> None:
    stored = conversion.as_source()
    assert read_conversion(stored) == conversion
    for name, wrong in (("to_minor", conversion.to_minor + 1), ("fraction", "2/3"), ("spread", "999999999"), ("rounding", "up")):
        with pytest.raises(RateError, match="stored conversion gives"):
            read_conversion({**stored, name: wrong})


@pytest.mark.spec("L15")
@pytest.mark.parametrize(
    ("minor", "asset", "counter", "rate", "made", "fraction"),
    [
        (114937, "SEK", "SEK", "11.50", 9995, "-11/23"),  # 99.9452 rounded
        (1003, "EUR", "USD", "1.0850", 1088, "51/200"),
        (5, "EUR", "SEK", "0.5", 2, "1/2"),  # the half goes to the even unit
        (7, "EUR", "SEK", "0.5", 4, "-1/2"),
        (100, "EUR", "JPY", "161.27", 161, "27/100"),
        (1, "KWD", "KWD", "0.25", 0, ""),
        (1234567, "KWD", "KWD", "0.3300", 374111, "7/33"),
        (100_000_000, "BTC", "BTC", "0.00001612", 6203474, "-22/403"),
    ],
)
def test_known_conversions(minor: int, asset: str, counter: str, rate: str, made: int, fraction: str) -> None:
    quote = Quote("EUR", counter, rate, rate, "ecb", AT)
    if made and fraction:
        done = convert(minor, asset, quote)
        assert (done.to_minor, done.fraction) == (made, fraction)
    else:
        with pytest.raises(RateError, match="less than half a minor unit of EUR; refuse the amount"):
            convert(minor, asset, quote)


@pytest.mark.spec("L15")
def test_a_quote_tells_source_time_and_spread() -> None:
    stored = convert(114937, "SEK", Quote("EUR", "SEK", "11.50", "11.6233", "ecb", AT)).as_source()

    assert (stored["rate"], stored["mid"]) == ("11.50", "11.6233")
    assert (stored["spread"], stored["source"], stored["quoted_at"], stored["rounding"]) == ("-0.1233", "ecb", AT, "half_even")


@pytest.mark.spec("L15", "L4")
@pytest.mark.parametrize("rate", ["", "0", "0.00", "-1", "1e3", "1,5", "NaN", " 1", "1.", "１", 1.5])
def test_what_is_no_rate_is_refused_with_what_to_give(rate: Any) -> None:
    with pytest.raises(RateError, match="decimal text above zero is, such as 11.50"):
        Quote("EUR", "SEK", rate, "1", "ecb", AT)


@pytest.mark.spec("L15")
@pytest.mark.parametrize(("base", "source", "at"), [("SEK", "ecb", AT), ("EUR", "", AT), ("EUR", "ecb", "")])
def test_a_rate_without_a_second_currency_source_or_time_is_refused(base: str, source: str, at: str) -> None:
    with pytest.raises(RateError):
        Quote(base, "SEK", "1", "1", source, at)


@pytest.mark.spec("L15")
def test_only_what_the_quote_names_and_an_amount_above_zero_is_converted() -> None:
    quote = Quote("EUR", "SEK", "11.50", "11.50", "ecb", AT)
    for amount, asset in ((1, "USD"), (0, "EUR"), (-5, "EUR"), (True, "EUR")):
        with pytest.raises(RateError):
            convert(amount, asset, quote)


@pytest.mark.spec("L15")
def test_a_conversion_of_another_amount_or_currency_than_the_posting_is_refused() -> None:
    conversion = convert(114937, "SEK", Quote("EUR", "SEK", "11.50", "11.50", "ecb", AT))
    with pytest.raises(RateError, match="convert that amount"):
        deposit_captured({**deposit(conversion, 0), "gross_minor": 114938})
    with pytest.raises(RateError, match="convert that amount"):
        payout_settled({**payout(conversion, 0), "asset": "NOK"})


@pytest.mark.spec("L15")
def test_without_a_conversion_the_second_version_posts_what_the_first_did() -> None:
    one = {"entity": "le_e", "player": "pl_p", "asset": "EUR", "conversion": None}
    captured = {**one, "merchant_account": "ma_m", "ref": "cap_1", "gross_minor": 50, "player_fee_minor": 0}
    paid = {**one, "payer": "ma_m", "paid_from": "clearing", "payout": "po_1", "amount_minor": 50, "fee_minor": 2}

    assert [(line.kind, line.amount_minor) for line in deposit_captured(captured)] == [("clearing", 50), ("playable", -50)]
    assert [(line.kind, line.amount_minor) for line in payout_settled(paid)] == [("locked", 50), ("clearing", -48), ("fee_income", -2)]


def foreign_batch(*, gross: int, base: int, rounding: int, lines: int, cap: int) -> dict[str, Any]:
    rate = {"asset": "JPY", "gross_minor": gross, "base_minor": base, "lines": lines}
    return {
        "entity": "le_e",
        "merchant_account": "ma_m",
        "currency": "USD",
        "batch": "batch:1",
        "carry": "carry",
        "payout_minor": base - rounding,
        "carried_minor": 0,
        "bounced": [],
        "items_minor": {},
        "foreign": [["JPY", gross, base]],
        "fees_minor": {},
        "suspense": [],
        "reserve": {"withheld": 0, "released": 0},
        "rates": [rate],
        "rounding_minor": rounding,
        "rounding_cap_minor": cap,
    }


@pytest.mark.spec("L15")
@given(gross=amounts, base=amounts, lines=st.integers(1, 50), cap=st.integers(0, 50), rounding=st.integers(-60, 60))
def test_a_batch_rounds_whole_units_under_the_cap_and_no_more(gross: int, base: int, lines: int, cap: int, rounding: int) -> None:
    source = foreign_batch(gross=gross, base=base, rounding=rounding, lines=lines, cap=cap)
    if abs(rounding) > min(lines, cap):
        with pytest.raises(RateError, match="make it a case of its own"):
            batch_settled(source)
        return
    posted = batch_settled(source)
    assert sums(posted) == {}
    assert sum(line.amount_minor for line in posted if line.kind == "rounding") == rounding


@pytest.mark.spec("L15")
def test_rates_that_do_not_make_up_the_foreign_items_are_refused() -> None:
    source = foreign_batch(gross=100, base=90, rounding=0, lines=1, cap=0)
    source["rates"][0]["base_minor"] = 91
    with pytest.raises(RateError, match="state one per line"):
        batch_settled(source)


@pytest.mark.spec("L15")
@given(arrived=amounts, charge=st.integers(0, 500), sent=amounts)
def test_a_transfer_that_the_bank_converts_balances_in_both(arrived: int, charge: int, sent: int) -> None:
    posted = bank_settlement_matched({
        "entity": "le_e", "bank_account": "ba_b", "merchant_account": "ma_m", "currency": "EUR", "amount_minor": arrived,
        "charge_minor": charge, "batch": "batch:1", "line": "line:1", "sent": {"currency": "KWD", "amount_minor": sent},
    })  # fmt: skip

    assert sums(posted) == {}
    assert {(line.kind, line.asset): line.amount_minor for line in posted if line.kind in ("fx", "bank", "in_transit")} == {
        ("fx", "KWD"): sent, ("in_transit", "KWD"): -sent, ("bank", "EUR"): arrived, ("fx", "EUR"): -(arrived + charge),
    }  # fmt: skip


@pytest.mark.spec("L15")
def test_no_rounding_is_no_line() -> None:
    assert rounding_line(0, "EUR", entity="le_e", ref="b", units=0, cap_minor=0) == []
