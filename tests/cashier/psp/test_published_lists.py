"""Declines, AVS, CVV and ECI: every code that providers and schemes publish has one of ours (C13 to C15)."""

import csv
from pathlib import Path

import pytest

from cashier.psp.adyen.codes import ADDRESS_RESULTS, ERROR_CODES, RAW_REASONS, REFUSAL_REASONS
from cashier.psp.adyen.codes import SECURITY_CODES as ADYEN_SECURITY_CODES
from cashier.psp.capabilities import CAPABILITIES
from cashier.psp.checks import ADDRESS_CHECKS, SECURITY_CODE_CHECKS, avs_letter, avs_of, cvv_letter, eci_digits, shifts_liability
from cashier.psp.declines import DECLINES, normal_code
from cashier.psp.objects import PLAIN_CODES
from cashier.psp.stripe.codes import DECLINE_CODES, REFUND_FAILURES
from cashier.psp.stripe.codes import ERROR_CODES as STRIPE_ERRORS
from config.settings.psp import PSP_ADAPTERS

MATCHES = {"Y": True, "N": False, "": None, "X": None}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.spec("C15")
@pytest.mark.parametrize("table", [DECLINE_CODES, STRIPE_ERRORS, REFUND_FAILURES, REFUSAL_REASONS, RAW_REASONS, ERROR_CODES, PLAIN_CODES])
def test_each_table_leads_to_the_published_list(table: dict[str, str]) -> None:
    assert set(table.values()) <= set(DECLINES)


@pytest.mark.spec("C15")
def test_every_published_code_of_a_provider_is_mapped(shared_data: Path) -> None:
    assert {row["code"] for row in rows(shared_data / "codes/stripe-decline-codes.csv")} <= set(DECLINE_CODES)
    assert {row["code"] for row in rows(shared_data / "codes/adyen-refusal-reasons.csv")} <= set(REFUSAL_REASONS)


@pytest.mark.spec("C15")
def test_what_nobody_mapped_is_generic() -> None:
    assert normal_code("brand_new_code", DECLINE_CODES) == "generic_decline"
    assert normal_code("brand_new_code", STRIPE_ERRORS, unknown="invalid_request") == "invalid_request"
    assert normal_code("", DECLINE_CODES) == ""


@pytest.mark.spec("C15")
def test_cards_that_are_gone_are_never_tried_again_whatever_the_provider_calls_it() -> None:
    hard = [DECLINE_CODES["stolen_card"], DECLINE_CODES["pickup_card"], DECLINE_CODES["revocation_of_all_authorizations"]]
    hard += [REFUSAL_REASONS["5"], REFUSAL_REASONS["20"], RAW_REASONS["43"], RAW_REASONS["41"]]
    assert {DECLINES[code].retry.value for code in hard} == {"never"}


@pytest.mark.spec("C14")
def test_address_letters_say_what_the_schemes_say(shared_data: Path) -> None:
    published = {row["code"]: row for row in rows(shared_data / "codes/avs-result-codes.csv")}
    assert set(published) == set(ADDRESS_CHECKS)
    for code, row in published.items():
        ours = ADDRESS_CHECKS[code]
        assert (ours.street, ours.postal) == (MATCHES[row["street_match"]], MATCHES[row["postal_match"]]), code
    assert {row["code"] for row in rows(shared_data / "codes/cvv-result-codes.csv")} == set(SECURITY_CODE_CHECKS)


@pytest.mark.spec("C14")
def test_two_answers_make_the_letter_that_says_them() -> None:
    said = (True, False, None)
    for street in said:
        for postal in said:
            letter = ADDRESS_CHECKS[avs_of(street, postal)]
            assert (letter.street, letter.postal) == (street, postal) or (letter.code == "N" and False in (street, postal))


@pytest.mark.spec("C14")
def test_what_is_not_known_is_never_a_match() -> None:
    assert [avs_letter(text) for text in ("y", "", "?", "7")] == ["Y", "", "U", "U"]
    assert [cvv_letter(text) for text in ("m", "", "1")] == ["M", "", "U"]
    assert {avs_of(*result) for result in ADDRESS_RESULTS.values()} <= set(ADDRESS_CHECKS)
    assert set(ADYEN_SECURITY_CODES.values()) <= set(SECURITY_CODE_CHECKS)


@pytest.mark.spec("C13")
def test_eci_is_two_digits_and_says_who_bears_fraud() -> None:
    assert [eci_digits(text) for text in ("5", "05", "N/A", "", "123", " 7 ")] == ["05", "05", "", "", "", "07"]
    assert [shifts_liability("visa", eci, "cavv") for eci in ("05", "06", "07")] == [True, True, False]
    assert not shifts_liability("visa", "05", "")
    assert [shifts_liability("mastercard", eci, "cavv") for eci in ("02", "01", "00", "05")] == [True, True, False, False]


@pytest.mark.spec("C16")
def test_every_provider_has_its_row_and_its_sentence() -> None:
    assert set(CAPABILITIES) == set(PSP_ADAPTERS)
    assert all(can.reconciled.endswith(".") and can.reports and can.methods for can in CAPABILITIES.values())


@pytest.mark.spec("C15", "C16")
def test_the_documentation_has_the_lists_as_they_are() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs/psps.md").read_text(encoding="utf-8")
    for decline in DECLINES.values():
        assert f"| `{decline.code}` | {decline.meaning} | {decline.fault.value} | {decline.retry.value} |" in text
    for can in CAPABILITIES.values():
        assert f"- **{can.name}**: {can.reconciled}" in text
    columns = [CAPABILITIES[name] for name in ("sandbox", "generic", "stripe", "adyen")]
    for row, field in (("partial capture", "partial_capture"), ("several captures", "several_captures"), ("payouts to players", "payouts")):
        assert f"| {row} | " + " | ".join("yes" if getattr(can, field) else "no" for can in columns) + " |" in text
