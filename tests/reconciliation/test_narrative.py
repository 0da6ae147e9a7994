"""What a bank line's text says of a payout (R5; FORMATS.md 1.1, BANK TIE)."""

import pytest

from reconciliation.matching.narrative import (
    Transfer,
    coded_reference,
    names_batch,
    names_payer,
    names_reference,
    names_transfer,
    transfer_references,
)

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
        ("COUNTROOM SANDBOX EU, batch 38.", True),
        ("batch 38, COUNTROOM_SANDBOX_E\nU", True),  # wrapped by the bank
        ("batch 38, COUNTROOM_SANDBOX_EU2", False),  # other accounts of ours, which have a batch 38 as well
        ("batch 38, COUNTROOM_SANDBOX_EU_2", False),
        ("batch 38, COUNTROOM_SANDBOX_EU-GAMES", False),
        ("batch 38, MYSANDBOX_EU", False),
    ],
)
@pytest.mark.spec("R5")
def test_the_batch_number_counts_as_a_whole_word_and_with_the_account(text: str, is_named: bool) -> None:
    assert names_batch(text, PAYOUT) is is_named


@pytest.mark.spec("R5")
def test_a_text_that_repeats_itself_has_one_reference() -> None:
    assert transfer_references("TX2342222277XT batch 2, WikimediaCOM TX2342222277XT") == ["TX2342222277XT"]


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("CKO 00000003K599 SETTLEMENT", True),
        ("cko/00000003k599/settlement", True),
        ("CKO 0000 0003K\n599", True),  # wrapped by the bank
        ("CKO 100000003K599", False),
        ("CKO 00000003K5990", False),
        ("CKO 00000003K59", False),
        ("CKO", False),
    ],
)
@pytest.mark.spec("R5")
def test_a_reference_without_a_form_of_its_own_counts_as_a_whole_word(text: str, is_named: bool) -> None:
    assert names_reference(text, Transfer("00000003K599", "00000003K599", "CHECKOUT_EU")) is is_named


@pytest.mark.spec("R5")
def test_each_kind_of_reference_has_its_own_rule() -> None:
    assert not names_reference("TX635094301XT", PAYOUT)
    assert not names_reference("anything", Transfer("", "38", "SANDBOX_EU"))


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("1047428557493 9TA25700AB", "1047428557493"),
        ("tr0099887766 po_1First", "TR0099887766"),
        ("1234567.2404.03", "1234567.2404.03"),
        ("settlement of 5 May", ""),
        ("batch 38", ""),
        ("", ""),
    ],
)
@pytest.mark.spec("R5")
def test_the_reference_is_the_first_word_if_it_looks_like_one(text: str, reference: str) -> None:
    assert coded_reference(text) == reference


@pytest.mark.spec("R5")
def test_a_payer_is_known_however_it_is_spaced() -> None:
    assert names_payer("PAY PAL (EUROPE) S.A.R.L.", "PayPal Europe")
    assert not names_payer("ANYONE", "PayPal Europe")
    assert not names_payer("ANYONE", "")
