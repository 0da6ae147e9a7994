"""What is a card number, and what only looks like one: for bodies, names of fields and what is kept of webhooks (C14)."""

from decimal import Decimal
from typing import Any

import pytest

from cashier.card_data import find_card_data, has_card_number, mask_card_fields, mask_card_numbers
from ledger.card_numbers import find_card_number

BESIDE_OTHER_DIGITS = [
    "4111111111111111 12/27",
    "4111 1111 1111 1111 123",
    "4111111111111111-123",
    "12/27 4111111111111111",
    "2026-01-02 4111111111111111",
    "22 11 4111 1111 1111 1111 12/27",
    "251123 3782 822463 10005",
    "5555 5555 5555 4444 12 27",
]


@pytest.mark.spec("C14")
@pytest.mark.parametrize("text", BESIDE_OTHER_DIGITS)
def test_a_card_number_beside_an_expiry_a_code_or_a_date_is_seen(text: str) -> None:
    kept = mask_card_numbers(text)

    assert has_card_number(text) and find_card_number(text) >= 0
    assert "****" in kept and not has_card_number(kept)


@pytest.mark.spec("C14")
def test_masked_is_the_number_alone() -> None:
    kept = mask_card_numbers("paid 4111 1111 1111 1111 12/27, then 378282246310005 1")

    assert kept == "paid 411111******1111 12/27, then 378282*****0005 1"


@pytest.mark.spec("C14")
@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112 12/27",
        "4111 1111 1111 1112 123",
        "PL61 1090 1014 0000 0712 1981 2874",
        "NL02 4111 1111 1111 1111",
        "51111111111111112 13",  # 17 digits of a scheme that has 16
    ],
)
def test_other_digits_and_printed_ibans_are_none(text: str) -> None:
    assert not has_card_number(text)
    assert mask_card_numbers(text) == text


@pytest.mark.spec("C14")
@pytest.mark.parametrize(
    "iban",
    ["DK2540973491579513", "LT254619609174774400", "EE816666582600117650", "BE34076187566385", "DE36506424918752029450"],
)
def test_an_iban_whose_digits_pass_for_a_card_number_is_none(iban: str) -> None:
    """Of those with nothing but digits in them, one of 27 does: its owner could not be paid."""
    printed = " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
    for text in (iban, printed, f"{printed} VISA 1", f"to {iban}."):
        assert find_card_data({"iban": text}) is None and mask_card_numbers(text) == text and find_card_number(text) == -1

    wrong = f"{iban[:2]}{(int(iban[2:4]) + 1) % 100:02d} 4111 1111 1111 1111 {iban}"
    assert mask_card_numbers(f"{iban} 4111111111111111").endswith(" 411111******1111")
    assert find_card_number(wrong) >= 0


@pytest.mark.spec("C14")
@pytest.mark.parametrize("text", ["DK4140973491579513", "DK2540973491579513X", "XX2540973491579513"])
def test_what_is_no_iban_hides_nothing(text: str) -> None:
    """Wrong check digits, too long for its country, no such country."""
    assert has_card_number(text) and "****" in mask_card_numbers(text)


@pytest.mark.spec("C14")
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"payment_token": 4111111111111111}, "payment_token"),
        ({"metadata": {"note": 4111111111111111}}, "metadata.note"),
        ({"metadata": {"note": Decimal("4111111111111111.0")}}, "metadata.note"),
        ({"metadata": {"4111111111111111": "x"}}, "metadata"),
        ({"4111 1111 1111 1111": {}}, "body"),
        ({"ticket_id": 4111111111111111, "amount": {"amount": 4111111111111111}, "n": 7, "is_vip": True}, None),
    ],
)
def test_a_number_without_quotes_and_a_name_are_looked_at_too(body: dict[str, Any], field: str | None) -> None:
    assert find_card_data(body) == field


@pytest.mark.spec("C14")
def test_what_is_kept_of_a_body_has_no_number_in_its_names() -> None:
    assert mask_card_fields({"4111111111111111": {"cvc": "737", "id": "4111111111111111"}}) == {
        "411111******1111": {"cvc": "***", "id": "4111111111111111"}
    }
