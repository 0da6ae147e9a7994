"""What a bank line's text says of a payout (R5; FORMATS.md 1.1, BANK TIE)."""

import pytest

from reconciliation.matching.narrative import Transfer, names_batch, names_transfer, transfer_references

PAYOUT = Transfer("TX635094301XT", "38", "SANDBOX_EU")


@pytest.mark.parametrize(
    "text",
    [
        "TX635094301XT batch 38, COUNTROOM_SANDBOX_EU",
        "ADYEN tx635094301xt",
        "TX63509 4301XT BATCH 38",  # wrapped by the bank
        "TX635094301XT batch 38, COUNTR",  # cut after 30 characters
    ],
)
@pytest.mark.spec("R5")
def test_the_transfer_reference_is_found_however_the_bank_writes_it(text: str) -> None:
    assert names_transfer(text, PAYOUT)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("batch 38, COUNTROOM_SANDBOX_EU", True),
        ("COUNTROOM SANDBOX_EU batch 38", True),
        ("batch 380, COUNTROOM_SANDBOX_EU", False),
        ("batch 138, COUNTROOM_SANDBOX_EU", False),
        ("batch 38, COUNTROOM_OTHER", False),
        ("TX999999999XT batch 38, COUNTROOM_SANDBOX_EU", False),  # another payout's own reference
        ("38 SANDBOX_EU", False),
    ],
)
@pytest.mark.spec("R5")
def test_the_batch_number_counts_as_a_whole_word_and_with_the_account(text: str, is_named: bool) -> None:
    assert names_batch(text, PAYOUT) is is_named


@pytest.mark.spec("R5")
def test_a_text_that_repeats_itself_has_one_reference() -> None:
    assert transfer_references("TX2342222277XT batch 2, WikimediaCOM TX2342222277XT") == ["TX2342222277XT"]
