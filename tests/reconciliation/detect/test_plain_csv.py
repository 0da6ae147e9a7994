"""Reports by a column map that name our payments and give no id of the PSP's own captures, refunds and payouts (R1, R5)."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R1", "R5")
HEADER = (
    "merchant_account,batch_number,type,psp_reference,object_reference,merchant_reference,created_at,gross_currency,gross,commission,markup,"
    "scheme_fee,interchange,net_currency,net,exchange_rate,payment_method,payout_reference\n"
)


def take_in(bench: "Bench", *rows: tuple[str, str, str, int], batch: str = "P-7") -> None:
    """A report of (type, the payment's id at the PSP, our reference, minor units), with what it pays."""
    at = "2026-11-19T12:00:00+01:00"
    lines = [f"SANDBOX_EU,{batch},{kind},{psp},,{ours},{at},EUR,{minor / 100},,,,,EUR,{minor / 100},,," for kind, psp, ours, minor in rows]
    net = sum(row[3] for row in rows)
    lines.append(f"SANDBOX_EU,{batch},Transfer,,,,2026-11-19T20:00:00+01:00,EUR,,,,,,EUR,{-net / 100},,,PAYOUT-{batch}-2026")
    found = bench.take_in((HEADER + "\n".join(lines) + "\n").encode(), f"{batch}.csv", "csv_psp", "SANDBOX_EU")
    assert found["accepted"], found


def test_payments_are_matched_by_our_reference_alone(bench: "Bench") -> None:
    from reconciliation.models import Match

    # given a deposit with the PSP's payment on its line, one without, and a payout; we know the PSP's ids of all of them
    first, second = bench.sale(5000), bench.sale(9000, "obj_2")
    payout = bench.records.payout(2000, state="SETTLED")
    type(payout).objects.filter(pk=payout.pk).update(psp_ref="po_at_psp")
    take_in(
        bench, ("Sale", "psp-obj_1", first.intent.public_id, 5000), ("Sale", "", second.intent.public_id, 9000),
        ("Payout", "", payout.public_id, -2000),
    )  # fmt: skip
    bench.run()

    found = Match.objects.filter(line_kind="psp").order_by("line_id").values_list("rule", "item_id", "difference_minor")
    sale = "sale.only_capture@1"
    assert list(found) == [(sale, first.pk, 0), (sale, second.pk, 0), ("payout.reference@1", payout.pk, 0)]
    assert bench.codes() == []


def test_the_same_payment_again_is_no_second_charge_but_another_one_is(bench: "Bench", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_EU_API_KEY", "nobody is there to be asked")
    capture = bench.sale(5000)
    ours = capture.intent.public_id
    take_in(bench, ("Sale", "psp-obj_1", ours, 5000))
    bench.run()
    take_in(bench, ("Sale", "psp-obj_1", ours, 5000), ("Sale", "psp-other", ours, 5000), batch="P-8")
    bench.run(later(1))

    assert bench.codes() == ["DUPLICATE_PSP_LINE", "DUPLICATE_PSP_CAPTURE"]


def test_of_several_captures_a_person_says_which(bench: "Bench") -> None:
    from cashier.models import Capture
    from reconciliation.models import Match

    first, second = bench.sale(5000), bench.sale(5000, "obj_2")
    Capture.objects.filter(pk=second.pk).update(intent=first.intent_id, attempt=first.attempt_id)
    take_in(bench, ("Sale", "psp-obj_1", first.intent.public_id, 5000))
    bench.run()

    assert (bench.codes(), Match.objects.filter(item_kind="capture").count()) == (["PSP_LINE_UNKNOWN_REFERENCE"], 0)
