"""Small parts of the readers: exact amounts, currencies, card numbers, accounts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.card_numbers import find_card_number
from ledger.money import Asset, MoneyError, format_major, get_asset, parse_minor_lenient
from reconciliation.formats.amounts import AmountError, get_exponent, read_amount
from reconciliation.formats.cards import CleanTexts, is_one_word
from reconciliation.formats.references import find_payout_references, same_account, squeeze


@given(minor=st.integers(-(10**30), 10**30), code=st.sampled_from(["EUR", "JPY", "KWD", "ETH"]), zeros=st.integers(0, 4))
@pytest.mark.spec("L4")
def test_what_is_printed_is_read_back(minor: int, code: str, zeros: int) -> None:
    asset = get_asset(code)
    text = format_major(minor, asset)
    padded = text + ("0" * zeros if "." in text else "." + "0" * zeros if zeros else "")

    assert read_amount(padded, asset.exponent) == minor
    assert read_amount(padded.replace(".", ","), asset.exponent, mark=",") == minor


@pytest.mark.parametrize(
    ("code", "said"), [("CNH", "in CNY"), ("GGP", "in GBP"), ("ZZZ", "by codes of ISO 4217"), ("", "by codes of ISO 4217")]
)
@pytest.mark.spec("R2")
def test_a_code_that_is_no_currency_says_what_to_ask_for(code: str, said: str) -> None:
    """Offshore yuan is not read as yuan: its rate is another."""
    with pytest.raises(AmountError, match=f"{code!r} is not a known currency; ask whoever made the file to state amounts {said}"):
        get_exponent(code)


@given(text=st.from_regex(r"-?\d{0,6}(\.\d{0,5})?", fullmatch=True), exponent=st.integers(0, 4))
@pytest.mark.spec("L4")
def test_the_same_rule_as_the_ledgers(text: str, exponent: int) -> None:
    """Readers are faster than Decimal, and never of another opinion."""

    def by_ledger() -> int | None:
        try:
            return parse_minor_lenient(text, Asset("TEST", exponent))
        except MoneyError:
            return None

    try:
        ours: int | None = read_amount(text, exponent)
    except AmountError:
        ours = None
    assert ours == (by_ledger() if text.isascii() else None)


@pytest.mark.parametrize("text", ["", ".", "-", "+", "1,000.00", "1 000", "1e3", "0x1", "NaN", "Infinity", "١٢", "1.2.3", "--1", "1" * 40])
@pytest.mark.spec("L4")
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(AmountError):
        read_amount(text, 2)


def test_exponents_of_currencies_old_and_unknown() -> None:
    assert [get_exponent(code) for code in ("EUR", "JPY", "KWD", "DEM", "ITL")] == [2, 0, 3, 2, 0]
    with pytest.raises(AmountError, match="XYZ"):
        get_exponent("XYZ")


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "card 4111 1111 1111 1111 of Ada",
        "5500-0055-5555-5559",
        "2223003122003222",
        "378282246310005",
        "6011111111111117",
        "3530111333300000",
        "30569309025904",
        "6304000000000000",
        "x:4222222222222.",
        "4111 1111 1111 1111 12/26",
        "4111111111111111 123",
        "2026-01-05 4111-1111-1111-1111",
        "1 5500005555555559",
        "DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111",
        "DE00 5001 0517 5400 0554 33",  # wrong check digits: no IBAN
    ],
)
@pytest.mark.spec("C14")
def test_card_numbers_are_found(text: str) -> None:
    assert find_card_number(text) >= 0


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # wrong check digit
        "8825408195409505",  # no issuer
        "NL91ABNA0417164300",
        "DE89370400440532013000",
        "0050001630431920",
        "411111******1111",
        "41111111111111110000000",  # too long
        "A4111111111111111",  # part of an id
        "pi_01h455vb4pex5vsknk084sn02q",
        "",
        "4111 1111 1111 1112 12/26",
        "DE94 5001 0517 5400 0554 33",
    ],
)
@pytest.mark.spec("C14")
def test_other_numbers_are_no_card_numbers(text: str) -> None:
    assert find_card_number(text) == -1


def test_references_are_found_through_white_space() -> None:
    squeezed = squeeze("tx6350\n943 01xt batch 3", "", "tx6350\xad94301xt TX7654321XT")

    assert squeezed == "TX635094301XTBATCH3|TX635094301XTTX7654321XT"
    assert find_payout_references(squeezed) == ("TX635094301XT", "TX7654321XT")


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("DE89370400440532013000", "37040044/0532013000", True),
        ("DE89370400440532013000", "37040045/0532013000", False),
        ("DE89370400440532013000", "COBADEFFXXX/DE89370400440532013000", True),
        ("DE89370400440532013000", "COBADEFFXXX/DE89370400440532013000/EUR", True),
        ("DE89370400440532013000", "COBADEFFXXX/DE02120300000000202051", False),
        ("GB29NWBK60161331926819", "601613/31926819", True),
        ("GB29NWBK60161331926819", "601614/31926819", False),
        ("MT84MALT011000012345MTLCAST001S", "MALTMTMT/MALT011000012345MTLCAST001S", True),
        ("NL91ABNA0417164300", "ABNANL2A/0417164300", True),
        ("NL91ABNA0417164300", "417164300", True),
        ("NL91ABNA0417164300", "4300", False),
        ("NL91ABNA0417164300", "", False),
        ("12345", "12345", True),
        ("MT84MALT011000012345MTLCAST001S", "12345MTLCAST001S", True),
        ("SE9560000000000123456789", "6123-123 456 789", True),  # the clearing number of an office is not in the IBAN
        ("SE9560000000000123456789", "6123-123 456 788", False),
        ("SE9560000000000123456789", "6123-56 789", False),
        ("SE7280000810340009783242", "8103-4, 978 324-2", True),  # filled up to ten digits behind the clearing number
        ("SE7280000810340009783242", "8103-4, 978 324-3", False),
        ("SE4550000000058398257466", "5839-8257466", True),
        ("8103-4,9783242", "SE7280000810340009783242", True),
        ("DE9560000000000123456789", "6123-123 456 789", False),
        ("123456789", "000123456789", True),
        ("123456789", "900123456789", False),
        ("12345", "0012345", False),
        ("CH9300762011623852957", "CH93 0076 2011 6238 5295 7 EUR", True),
    ],
)
@pytest.mark.spec("R2")
def test_one_account_in_two_spellings(ours: str, theirs: str, same: bool) -> None:
    assert same_account(ours, theirs) is same


@pytest.mark.spec("C14")
@given(st.text(alphabet="4111 -_piä", min_size=3, max_size=3), st.text(alphabet="0123456789ak", min_size=26, max_size=26))
def test_a_reference_of_our_own_form_needs_no_search(start: str, word: str) -> None:
    if is_one_word(start + word):
        assert find_card_number(start + word) == -1


@pytest.mark.spec("C14")
def test_a_card_number_in_the_form_of_a_reference_is_searched() -> None:
    assert not is_one_word("pi_ü4111111111111111" + "a" * 9)
    assert not is_one_word("pi_4111111111111111 aaaaaaaaa")
    assert CleanTexts()["SANDBOX_EU", "4111111111111111", ""] is False
    assert CleanTexts()["SANDBOX_EU", "mc", ""] is True
