"""Payments from before our time: proven with their batch, marked legacy, of other books (R5)."""

from typing import TYPE_CHECKING, Any

import pytest

from tests.reconciliation.detect.bench import DAY, later, row, sale_row
from tests.reconciliation.detect.test_unmatching import require_proved, take_apart

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R5")
SINCE = {"ours_since": "2026-11-20T00:00:00+00:00"}  # the day after DAY
OLD = (
    row("Settled", psp="old-1", object_="old-1", ours="ORDER-1", gross=10_000, net=9_900, commission=100),
    row("Settled", psp="old-2", object_="old-2", ours="ORDER-2", gross=7_000, net=6_930, commission=70),
    row("Refunded", psp="old-3", object_="old-3", ours="ORDER-3", gross=-2_000, net=-2_000),
    row("Chargeback", psp="old-4", object_="case-4", ours="ORDER-4", gross=-1_000, net=-1_000),
)


def kinds(bench: "Bench") -> list[tuple[str, int]]:
    from reconciliation.models import Match

    found = Match.objects.filter(line_kind="psp", undone_at=None).order_by("line_id")
    return [(match.item_kind, int(match.line_minor)) for match in found]


def outside(bench: "Bench") -> int:
    return int(bench.records.balance("outside", bench.house.entity.public_id))


def test_they_are_matched_with_their_batch_and_no_case(bench: "Bench") -> None:
    from reconciliation.models import SettlementBatch
    from reconciliation.queries.proof import three_way_proof

    bench.agree(contract=SINCE)
    ours = bench.sale(30_000)  # of the same days, and one of ours
    bench.report(sale_row(ours), *OLD)
    bench.run()
    bench.run(later(1))  # nothing more
    bench.statement((43_830, "TX635094338XT batch 38, COUNTROOM_SANDBOX_EU"), day=later(1))
    bench.run(later(1), "BANK_EUR")

    assert kinds(bench) == [
        ("capture", 30_000), ("legacy_sale", 10_000), ("legacy_sale", 7_000), ("legacy_refund", -2_000), ("legacy_chargeback", -1_000),
    ]  # fmt: skip
    opening = -100_000  # of the bank account
    books = (outside(bench), bench.records.balance("suspense"), bench.records.balance("clearing"))
    assert (bench.codes(), books) == ([], (opening - 14_000, 0, 0))
    proof = three_way_proof(SettlementBatch.objects.get())
    terms = {term.name: (term.amount_minor, term.lines) for term in proof.terms}
    assert terms == {"captures": (30_000, 1), "fees": (-170, 2), "legacy": (14_000, 4)}
    assert proof.residual_minor == 0
    require_proved(bench)


def test_what_names_something_of_ours_or_is_younger_is_a_case_as_ever(bench: "Bench") -> None:
    bench.agree(contract={"ours_since": f"{DAY.isoformat()}T12:00:00+01:00"})  # the very moment of these lines, which is no longer before
    bench.report(OLD[0])
    bench.run()
    assert (bench.codes(), kinds(bench)) == (["PSP_LINE_UNKNOWN_REFERENCE"], [])

    bench.agree(contract=SINCE)
    known = bench.sale(5_000)
    bench.report(row("Settled", psp="lost", object_=known.psp_ref, ours="ORDER-9", gross=5_000, net=5_000), batch="39")
    bench.run()
    assert bench.codes() == ["PSP_LINE_UNKNOWN_REFERENCE"] * 2  # the PSP's id is a capture's of ours

    payout = bench.records.payout(4_000)
    payout.psp_ref = "psp-payout-1"
    payout.save(update_fields=["psp_ref"])
    bench.report(row("PaidOut", psp="psp-payout-1", object_="psp-payout-1", ours="ORDER-9", gross=-4_000, net=-4_000), batch="40")
    bench.run()
    assert kinds(bench) == [("legacy_sale", 10_000)]  # the first of them, now that it is agreed
    assert bench.codes() == ["PSP_LINE_UNKNOWN_REFERENCE"] * 3  # this one a payout's


def test_lines_that_wait_in_suspense_leave_it_when_it_is_agreed_since_when(bench: "Bench") -> None:
    bench.report(*OLD[:2])
    bench.run()
    assert (bench.codes(), bench.records.balance("suspense")) == (["PSP_LINE_UNKNOWN_REFERENCE"] * 2, -17_000)

    bench.agree(contract=SINCE)
    bench.run(later(1))
    assert [case.state for case in bench.cases()] == ["AUTO_RESOLVED"] * 2
    assert (outside(bench), bench.records.balance("suspense")) == (-17_000, 0)
    require_proved(bench)


def test_one_that_people_take_apart_waits_in_suspense_and_stays_apart(bench: "Bench") -> None:
    from reconciliation.models import Match

    bench.agree(contract=SINCE)
    bench.report(*OLD[:2])
    bench.run()
    take_apart(bench, Match.objects.get(line_minor=7_000))
    bench.run(later(1))

    assert (outside(bench), bench.records.balance("suspense")) == (-10_000, -7_000)
    assert (bench.codes(), kinds(bench)) == (["PSP_LINE_UNKNOWN_REFERENCE"], [("legacy_sale", 10_000)])
    require_proved(bench)


def test_one_that_was_charged_in_another_currency(bench: "Bench") -> None:
    bench.agree(contract=SINCE)
    bench.report(row("Settled", psp="old-1", object_="old-1", ours="ORDER-1", gross=100_000, net=8_690, charged="SEK", rate="0.0869"))
    bench.run()
    assert (bench.codes(), outside(bench), bench.records.balance("fx", bench.house.entity.public_id)) == ([], -8_690, 0)
    require_proved(bench)


@pytest.mark.parametrize("said", ["2026-11-20", "2026-11-20T00:00:00", "yesterday", 20261120, None])
def test_since_when_is_an_instant_with_its_offset(said: Any) -> None:
    from cashier.contracts import BadContract, check_contract

    with pytest.raises(BadContract, match="ours_since is an instant"):
        check_contract({"ours_since": said})
    check_contract(SINCE)


def test_its_page_says_why_and_that_it_is_legacy(bench: "Bench") -> None:
    from django.contrib.auth.models import Permission
    from django.test import Client
    from django.urls import reverse

    from reconciliation.models import Match

    bench.agree(contract=SINCE)
    bench.report(*OLD)
    bench.run()
    bench.house.ada.is_staff = True
    bench.house.ada.save()
    bench.house.ada.user_permissions.add(Permission.objects.get(codename="view_match"))
    browser = Client()
    browser.force_login(bench.house.ada)

    answer = browser.get(reverse("admin:reconciliation_match_change", args=[Match.objects.order_by("pk")[0].pk]))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert all(
        words in text for words in ("Legacy sale", "made before our time", "names nothing of ours", "ORDER-1", "legacy.before_our_time@1")
    )
