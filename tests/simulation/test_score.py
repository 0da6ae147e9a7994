"""score_matching pairs each break with one case and says what was missed and what was raised for nothing."""

from datetime import date

import pytest

from config.simulation.score import RaisedCase, score
from config.simulation.truth import Mismatch, Truth, TruthFileError, distinct, read_truth, write_truth

pytestmark = pytest.mark.spec("Z2", "Z3")
DAY = date(2026, 11, 20)


def mismatch(code: str, **keys: str | None) -> Mismatch:
    return Mismatch(
        code, "SANDBOX_EU", DAY, "EUR", 5000, {"merchant_reference": None, "psp_reference": None, "bank_reference": None, **keys}
    )


def case(name: str, code: str, *, account: str = "SANDBOX_EU", day: date = DAY, **keys: str | None) -> RaisedCase:
    return RaisedCase(name, code, account, day, {"merchant_reference": None, "psp_reference": None, "bank_reference": None, **keys})


def truth(*mismatches: Mismatch) -> Truth:
    return Truth("r1", 7, DAY, DAY, ("SANDBOX_EU",), mismatches)


def test_each_break_is_paired_with_one_case_even_where_another_could_take_it() -> None:
    loose, strict = mismatch("GROSS_AMOUNT_DIFFERS"), mismatch("GROSS_AMOUNT_DIFFERS", merchant_reference="pi_a")
    cases = [
        case("c1", "GROSS_AMOUNT_DIFFERS", merchant_reference="pi_a"),
        case("c2", "GROSS_AMOUNT_DIFFERS", merchant_reference="pi_b"),
    ]
    result = score(truth(loose, strict), cases)
    assert result.perfect
    assert result.codes["GROSS_AMOUNT_DIFFERS"] == {"injected": 2, "tp": 2, "fp": 0, "fn": 0, "precision": 1.0, "recall": 1.0}


def test_a_missed_break_and_a_spurious_case_are_both_named() -> None:
    result = score(
        truth(mismatch("REFUND_MISSING_AT_PSP", merchant_reference="rf_a")),
        [case("c1", "REFUND_MISSING_AT_PSP", merchant_reference="rf_b")],
    )
    assert not result.perfect
    assert [m.keys["merchant_reference"] for m in result.missed] == ["rf_a"]
    assert [c.id for c in result.spurious] == ["c1"]
    assert result.codes["REFUND_MISSING_AT_PSP"]["precision"] == 0.0
    assert result.codes["REFUND_MISSING_AT_PSP"]["recall"] == 0.0


def test_cases_of_other_days_and_accounts_are_ignored() -> None:
    others = [case("c1", "STATEMENT_GAP", account="BANK_EUR"), case("c2", "STATEMENT_GAP", day=date(2026, 11, 19))]
    assert score(truth(), others).perfect


def test_a_truth_file_is_read_as_it_was_written(tmp_path) -> None:
    written = truth(mismatch("DUPLICATE_PSP_LINE", psp_reference="PSP1"))
    write_truth(tmp_path / "t.jsonl", written)
    assert read_truth(tmp_path / "t.jsonl") == written


@pytest.mark.parametrize("text", ["", "{", '{"kind":"mismatch"}', "[1]"])
def test_what_is_not_a_truth_file_is_refused_with_what_to_do(tmp_path, text: str) -> None:
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(TruthFileError, match="truth file|simulate_day"):
        read_truth(tmp_path / "t.jsonl")


def test_two_breaks_that_look_the_same_are_two_and_a_day_told_again_adds_none() -> None:
    twin, other = mismatch("CHARGEBACK_LINE_MISSING"), mismatch("REFUND_MISSING_AT_PSP", merchant_reference="rf_a")
    assert list(distinct([[twin, twin], [other], [twin, twin, other]])) == [twin, twin, other]
