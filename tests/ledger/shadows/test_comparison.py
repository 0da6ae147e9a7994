"""The comparison of a shadow (L11): postings, lines, balances and settlement totals, rule against rule, over business days."""

import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from ledger.models import LegalEntity, Shadow, User
from ledger.operations import post
from ledger.queries import compare_shadow, count_shadow, shadow_days, stream_line_differences
from ledger.values import Line
from tests.ledger.books import NOON, TESTER, cr, dr, posting
from tests.ledger.shadows.trying import CANDIDATE, RULE, go, put, told

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)


def settled(entity: LegalEntity, key: str, batch: str, amount: int, *, fee: int = 0) -> None:
    """A batch: the candidate of the test takes the fee out of what is in transit."""
    lines = [
        dr("in_transit", "ma_1", amount, ref=batch),
        cr("clearing", "ma_1", amount, ref=f"cap-{key}"),
        dr("playable", "pl_1", 1),
        cr("playable", "pl_1", 1),
    ]
    item = posting(entity, key, *lines)
    item.source["fee"] = fee
    post(item, actor=TESTER, now=NOON)


def as_rows(sums: list[Any]) -> list[tuple[str, str, int, int]]:
    return [(each.kind, each.holder, each.current_minor, each.candidate_minor) for each in sums]


@pytest.mark.spec("L11")
def test_the_report_counts_and_sums_both_rules(entity: LegalEntity, shadow: Shadow) -> None:
    put(entity, "k1")
    put(entity, "k2", fee=30)
    put(entity, "k3", player="pl_2", fee=5)
    put(entity, "k4", way="refuse")
    put(entity, "k5", way="break")
    put(entity, "k6", player="pl_2", way="break")

    report = compare_shadow(shadow, DAY, DAY)
    assert report.counts == count_shadow(shadow)
    counts = report.counts
    assert (counts.compared, counts.equal, counts.different, counts.refused, counts.failed, counts.by_candidate) == (3, 1, 2, 1, 2, 0)
    assert as_rows(report.kinds) == [("fee_income", "", 0, -35), ("playable", "", -3_000, -2_965), ("clearing", "", 3_000, 3_000)]
    assert as_rows(report.accounts) == [
        ("fee_income", "le_1", 0, -35), ("playable", "pl_1", -2_000, -1_970), ("playable", "pl_2", -1_000, -995),
    ]  # fmt: skip
    assert (report.accounts_in_all, report.settlements, report.settlements_in_all) == (3, [], 0)
    assert [(line.kind, line.holder, line.current_minor, line.candidate_minor) for line in report.lines] == [
        ("fee_income", "le_1", 0, -30), ("playable", "pl_1", -1_000, -970),
        ("fee_income", "le_1", 0, -5), ("playable", "pl_2", -1_000, -995),
    ]  # fmt: skip
    assert [(each.outcome, each.rule, each.postings) for each in report.refusals] == [("FAILED", CANDIDATE, 2), ("REFUSED", CANDIDATE, 1)]
    assert not counts.agrees


@pytest.mark.spec("L11")
def test_a_cohort_compares_rule_with_rule_not_posted_with_not_posted(entity: LegalEntity, shadow: Shadow, pia: User, vic: User) -> None:
    """The same movements before and in a cohort give twice the difference: sides that follow what posted would cancel out."""
    put(entity, "k1", fee=30)
    shadow = go(shadow, "COHORT", pia, vic, percent=100)
    put(entity, "k2", fee=30)

    report = compare_shadow(shadow, DAY, DAY)
    assert (report.counts.different, report.counts.by_candidate) == (2, 1)
    assert as_rows(report.accounts) == [("fee_income", "le_1", 0, -60), ("playable", "pl_1", -2_000, -1_940)]
    assert {line.posted_rule for line in report.lines} == {RULE, CANDIDATE}


@pytest.mark.spec("L11")
def test_settlement_totals_differ_by_reference(entity: LegalEntity, shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.operations import postings

    def takes_fee(source: dict[str, Any]) -> list[Line]:
        lines = [Line(each["kind"], each["holder"], each["asset"], each["amount_minor"], each["ref"]) for each in source["lines"]]
        if not source["fee"]:
            return lines
        first = lines[0]
        return [
            Line(first.kind, first.holder, "EUR", first.amount_minor - source["fee"], first.ref),
            *lines[1:],
            Line("fees", "ma_1", "EUR", source["fee"]),
        ]

    found = postings._function
    monkeypatch.setattr(postings, "_function", lambda path: takes_fee if path.endswith("next_version") else found(path))
    settled(entity, "b1", "batch:1", 500)
    settled(entity, "b2", "batch:2", 800, fee=20)

    report = compare_shadow(shadow, DAY, DAY)
    assert [(each.kind, each.holder, each.ref, each.current_minor, each.candidate_minor) for each in report.settlements] == [
        ("in_transit", "ma_1", "batch:2", 800, 780)
    ]
    assert report.settlements_in_all == 1


@pytest.mark.spec("L11")
def test_a_line_split_in_another_way_is_a_difference_with_a_row(
    entity: LegalEntity, shadow: Shadow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.operations import postings

    halves = [Line("clearing", "ma_1", "EUR", 400), Line("clearing", "ma_1", "EUR", 600), Line("playable", "pl_1", "EUR", -1_000)]
    found = postings._function
    monkeypatch.setattr(postings, "_function", lambda path: (lambda source: halves) if path.endswith("next_version") else found(path))
    put(entity, "k1")
    (line,) = compare_shadow(shadow, DAY, DAY).lines
    assert (line.kind, line.current_minor, line.candidate_minor) == ("clearing", 1_000, 1_000)
    assert len(list(stream_line_differences(shadow, DAY, DAY))) == 1


@pytest.mark.spec("L11")
def test_only_the_days_that_are_asked_for_count(entity: LegalEntity, shadow: Shadow) -> None:
    for n in range(3):
        item = told(entity, f"k{n}", fee=n + 1)
        at = NOON + timedelta(days=n)
        post(type(item)(item.rule, item.key, item.entity_id, item.source, at, player_id=item.player_id), actor=TESTER, now=at)
    assert shadow_days(shadow) == (DAY, DAY + timedelta(days=2))
    report = compare_shadow(shadow, DAY + timedelta(days=1), DAY + timedelta(days=1))
    assert (report.counts.compared, as_rows(report.accounts)[0]) == (1, ("fee_income", "le_1", 0, -2))


@pytest.mark.spec("L11")
def test_all_differences_are_streamed_in_chunks(entity: LegalEntity, shadow: Shadow, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.queries import shadows

    monkeypatch.setattr(shadows, "_CHUNK", 3)
    monkeypatch.setattr(shadows, "MOST_SAMPLES", 2)
    for n in range(8):
        put(entity, f"k{n}", fee=n % 4)
    found = list(stream_line_differences(shadow, DAY, DAY))
    assert len(found) == 12
    assert len({line.transaction_id for line in found}) == 6
    assert len({line.transaction_id for line in compare_shadow(shadow, DAY, DAY).lines}) == 2


def run_command(*arguments: str) -> tuple[int, str]:
    out, code = StringIO(), 0
    try:
        call_command("ledger_shadow", *arguments, stdout=out, stderr=out)
    except SystemExit as stop:
        code = int(stop.code or 0)
    return code, out.getvalue()


@pytest.mark.spec("L11")
def test_the_command_prints_one_json_object_and_says_whether_they_agree(entity: LegalEntity, shadow: Shadow) -> None:
    put(entity, "k1")
    code, text = run_command(shadow.public_id, "--json")
    told = json.loads(text)
    assert (code, told["ok"], told["compared"], told["rule"], told["candidate"]) == (0, True, 1, RULE, CANDIDATE)
    put(entity, "k2", fee=30)
    code, text = run_command(shadow.public_id, "--since", "2026-03-10", "--until", "2026-03-10", "--json")
    told = json.loads(text)
    assert (code, told["ok"], told["different"]) == (1, False, 1)
    assert told["accounts"]["rows"][0] == {
        "kind": "fee_income", "holder": "le_1", "currency": "EUR", "current_minor": 0, "candidate_minor": -30, "difference_minor": -30,
    }  # fmt: skip
    assert told["lines"][0]["transaction"].startswith("txn_")
    code, text = run_command(shadow.public_id)
    assert code == 1
    assert "1 different" in text
    code, text = run_command()
    assert code == 0
    assert shadow.public_id in text


@pytest.mark.spec("L11", "L13")
def test_the_command_writes_every_difference_as_csv(entity: LegalEntity, shadow: Shadow, tmp_path: Path) -> None:
    put(entity, "k1", fee=30)
    run_command(shadow.public_id, "--csv", str(tmp_path / "differences.csv"))
    header, *rows = (tmp_path / "differences.csv").read_text().splitlines()
    assert header.split(",")[:4] == ["transaction_id", "business_date", "posted_rule", "account_kind"]
    assert len(rows) == 2
    assert rows[0].endswith(",fee_income,le_1,EUR,,,0.00,-0.30,-0.30,0,-30,-30")


@pytest.mark.spec("L11")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["sh_00000000000000000000000000"], "No shadow"), (["nonsense"], "No shadow"), (["SHADOW", "--since", "tuesday"], "not a day")],
)
def test_what_can_not_be_read_is_exit_2(shadow: Shadow, arguments: list[str], words: str) -> None:
    code, text = run_command(*[shadow.public_id if each == "SHADOW" else each for each in arguments])
    assert code == 2
    assert words in text
