"""How money, time, ids and personal data read (UX 2.1, 2.2, 2.5, 2.6)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.admin.frames.text import absolute_text, due_text, mask, money_text, plain_money, relative_text, short_id
from ledger.assets import EXPONENTS

NOW = datetime(2026, 11, 20, 17, 2, 40, tzinfo=UTC)
MONEY = re.compile(r"^−?\d{1,3}(,\d{3})*(\.\d+)? [A-Z0-9]{3,5}(\.[A-Z]{3,5})?$")


@pytest.mark.spec("B3")
@pytest.mark.parametrize(
    ("minor", "code", "words"),
    [
        (123450, "EUR", "1,234.50 EUR"),
        (-1200, "EUR", "−12.00 EUR"),
        (0, "EUR", "0.00 EUR"),
        (1234, "JPY", "1,234 JPY"),
        (1234567, "KWD", "1,234.567 KWD"),
        (None, "EUR", "—"),
    ],
)
def test_money_reads_as_the_house_writes_it(minor: int | None, code: str, words: str) -> None:
    assert money_text(minor, code) == words


@given(st.integers(min_value=-(10**20), max_value=10**20), st.sampled_from(sorted(EXPONENTS)))
def test_every_amount_has_the_decimals_of_its_asset_and_loses_nothing(minor: int, code: str) -> None:
    text = money_text(minor, code)
    assert MONEY.match(text), text
    number = text.partition(" ")[0].replace(",", "").replace("−", "-")
    assert len(number.partition(".")[2]) == EXPONENTS[code]
    assert int(number.replace(".", "")) == minor
    assert plain_money(minor, code) == number


def test_lists_trim_crypto_to_two_decimals_and_never_below() -> None:
    code = next(code for code, exponent in EXPONENTS.items() if exponent >= 6)
    assert money_text(5 * 10 ** EXPONENTS[code], code, trim=True) == f"5.00 {code}"
    assert money_text(5 * 10 ** EXPONENTS[code] + 1, code, trim=True).startswith("5.0")
    assert len(money_text(5 * 10 ** EXPONENTS[code] + 1, code, trim=True).split()[0]) == 2 + EXPONENTS[code]


@pytest.mark.parametrize(
    ("ahead", "due", "relative"),
    [
        (timedelta(hours=-6, minutes=-57), "late 6h 57m", "6h 57m ago"),
        (timedelta(hours=1, minutes=20), "in 1h 20m", "in 1h 20m"),
        (timedelta(days=-3), "late 3d", "3d ago"),
        (timedelta(seconds=-40), "late 40s", "40s ago"),
        (timedelta(0), "late 0s", "0s ago"),
    ],
)
def test_time_reads_relative_to_now(ahead: timedelta, due: str, relative: str) -> None:
    assert due_text(NOW + ahead, NOW) == due
    assert relative_text(NOW + ahead, NOW) == relative


def test_absolute_time_prints_its_zone() -> None:
    assert absolute_text(NOW) == "20 Nov 2026 17:02:40 UTC"


@pytest.mark.spec("B5")
@pytest.mark.parametrize(
    ("value", "kind", "masked"),
    [
        ("ana.k@gmail.com", "email", "a•••@g•••.com"),
        ("MT84MALT011000012345MTLCAST001S", "iban", "••••001S"),
        ("+356 2123 4567", "phone", "••••67"),
        ("4111 1111 1111 1111", "card", "411111••••1111"),
        ("Ana Kovac", "name", "A. K."),
        ("10.2.33.44", "ip", "10.2.•.•"),
        ("1987-04-02", "year", "1987"),
        ("AB123456", "document", "••••"),
        ("", "email", "—"),
        ("not an address", "email", "•••"),
    ],
)
def test_personal_data_is_masked(value: str, kind: str, masked: str) -> None:
    assert mask(value, kind) == masked


def test_ids_are_shortened_in_the_middle() -> None:
    assert short_id("pi_01j9abcdefghjkmnpqrstvwxyz") == "pi_01j9…wxyz"
    assert short_id("CASE-17") == "CASE-17"
