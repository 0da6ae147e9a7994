"""The PSP's register against our books, before its settlement lines (R4, level 1), and against those lines."""

from typing import TYPE_CHECKING

import pytest

from tests.reconciliation.detect.bench import later, row, sale_row

if TYPE_CHECKING:
    from tests.reconciliation.detect.bench import Bench

pytestmark = pytest.mark.spec("R1", "R4")
HEADER = (
    "Merchant Account,Psp Reference,Merchant Reference,Modification Psp Reference,Booking Date,TimeZone,Record Type,Payment Currency,"
    "Received (PC),Authorised (PC),Captured (PC),Settlement Currency,Payable (SC)"
)


def told(bench: "Bench", *events: tuple[str, str, str, str, int], day: int = 19) -> None:
    """Take in an export of (record type, payment, our reference, its object, hundredths), an event a minute."""
    rows = [_row(minute, event, day) for minute, event in enumerate(events)]
    found = bench.take_in("\n".join([HEADER, *rows, ""]).encode(), f"payments_accounting_{day}.csv", "adyen_accounting", "SANDBOX_EU")
    assert found["accepted"], found


def _row(minute: int, event: tuple[str, str, str, str, int], day: int) -> str:
    kind, psp, ours, object_, minor = event
    amount = f"{minor / 100:.2f}"
    buckets = {
        "Authorised": f"-{amount},{amount},,,", "SentForSettle": f",-{amount},{amount},,", "Settled": f",,-{amount},EUR,{amount}",
        "Chargeback": f",,,EUR,-{amount}", "SecondChargeback": f",,,EUR,-{amount}",
    }.get(kind, f",,-{amount},,")  # fmt: skip
    return f"SANDBOX_EU,{psp},{ours},{object_},2026-11-{day} 12:{minute:02d}:00,CET,{kind},EUR,{buckets}"


def test_events_that_our_books_have_are_no_cases(bench: "Bench") -> None:
    from reconciliation.models import Activity

    capture = bench.sale(30_000)
    bench.report(sale_row(capture))
    ours = capture.intent.public_id
    told(bench, ("Authorised", "psp-obj_1", ours, "", 30_000), ("SentForSettle", "psp-obj_1", ours, "obj_1", 30_000),
         ("Settled", "psp-obj_1", ours, "", 30_000))  # fmt: skip
    bench.run()

    assert (bench.codes(), Activity.objects.count()) == ([], 3)
    event = Activity.objects.get(kind="capture_sent")
    assert (event.reference_id, event.object_reference, event.amount_minor) == (capture.intent_id, "obj_1", 30_000)


def test_a_second_capture_that_only_the_psp_knows_is_the_case_that_its_line_would_raise(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_EU_API_KEY", "key")  # the PSP is asked, and can't be reached
    capture = bench.sale(30_000)
    ours = capture.intent.public_id
    told(bench, ("SentForSettle", "psp-obj_1", ours, "obj_1", 30_000), ("SentForSettle", "psp-obj_1", ours, "obj_2", 30_000))
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.merchant_reference) == ("DUPLICATE_PSP_CAPTURE", ours)
    assert case.dedupe_key == f"DUPLICATE_PSP_CAPTURE:{bench.house.merchant.pk.hex}:obj_2"
    assert {link.kind for link in case.links.all()} >= {"activity", "file", "deposit"}
    bench.run()
    assert len(bench.cases()) == 1


def test_a_capture_that_failed_at_the_psp_after_we_credited_it_is_held_at_once(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    told(bench, ("SentForSettle", "psp-obj_1", capture.intent.public_id, "obj_1", 30_000),
         ("CaptureFailed", "psp-obj_1", capture.intent.public_id, "obj_1", 30_000))  # fmt: skip
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.amount_minor) == ("CAPTURE_FAILED_AFTER_CREDIT", 30_000)
    assert (bench.records.playable(), bench.records.locked()) == (0, 30_000)


def test_credited_on_an_authorisation_alone_is_told_before_the_line_is_late(bench: "Bench") -> None:
    capture, other = bench.sale(30_000), bench.sale(500, "obj_2")
    told(bench, ("Authorised", "psp-obj_1", capture.intent.public_id, "", 30_000))
    bench.run()
    assert bench.codes() == []  # the register may only be late

    told(bench, ("Authorised", "psp-obj_2", other.intent.public_id, "", 500),
         ("SentForSettle", "psp-obj_2", other.intent.public_id, "obj_2", 500), day=21)  # fmt: skip
    bench.run(later(2))
    assert [(case.reason_id, case.merchant_reference) for case in bench.cases()] == [
        ("CREDITED_ON_AUTHORISATION", capture.intent.public_id)
    ]


def test_a_refund_made_at_the_psp_is_held_and_an_unknown_payment_told_after_a_day(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    told(bench, ("Refunded", "psp-obj_1", capture.intent.public_id, "rf-at-psp", 4_000), ("Settled", "psp-x", "nobody", "obj_x", 900))
    bench.run()
    assert bench.codes() == ["REFUND_UNKNOWN_TO_PLATFORM"]  # the other is of the same day

    bench.run(later(2))
    assert bench.codes() == ["REFUND_UNKNOWN_TO_PLATFORM", "EVENT_UNKNOWN_REFERENCE"]


def test_a_chargeback_of_which_the_register_names_no_case_is_left_to_a_person(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    told(bench, ("SentForSettle", "psp-obj_1", capture.intent.public_id, "obj_1", 30_000),
         ("Chargeback", "psp-obj_1", capture.intent.public_id, "", 30_000))  # fmt: skip
    bench.run()
    (case,) = bench.cases()
    assert (case.reason_id, case.state) == ("CHARGEBACK_NOT_BOOKED", "OPEN")


@pytest.mark.spec("X1", "X5")
def test_a_chargeback_opens_its_dispute_once_whoever_tells_it_again(bench: "Bench") -> None:
    from disputes.models import Dispute
    from ledger.models import JournalTransaction

    capture = bench.sale(30_000)
    ours, kinds = capture.intent.public_id, JournalTransaction.objects.filter(kind__startswith="CHARGEBACK")
    told(bench, ("SentForSettle", "psp-obj_1", ours, "obj_1", 30_000), ("Chargeback", "psp-obj_1", ours, "case_1", 12_000))
    bench.run()

    dispute = Dispute.objects.get()
    assert (dispute.provider_case_id, dispute.capture, dispute.amount_minor, dispute.state) == ("case_1", capture, 12_000, "NOTIFIED")
    assert bench.records.playable() == 18_000
    assert sorted(kinds.values_list("kind", flat=True)) == ["CHARGEBACK_DEBITED", "CHARGEBACK_OPENED"]
    (case,) = bench.cases()
    assert (case.reason_id, case.state, case.resolution) == ("CHARGEBACK_NOT_BOOKED", "AUTO_RESOLVED", "dispute_from_line@1")

    bench.report(sale_row(capture), row("Chargeback", ours=ours, psp="psp-obj_1", object_="case_1", gross=-12_000, net=-12_000))
    bench.run()
    bench.run(later(1))
    assert (Dispute.objects.count(), kinds.count(), bench.records.playable()) == (1, 2, 18_000)
    assert bench.codes() == ["CHARGEBACK_NOT_BOOKED"]  # the line found it booked


@pytest.mark.spec("X1")
@pytest.mark.parametrize(
    ("kind", "minor"), [("SecondChargeback", 12_000), ("Chargeback", 30_001)], ids=["a second one", "more than was captured"]
)
def test_what_the_register_alone_does_not_prove_is_left_to_a_person(bench: "Bench", kind: str, minor: int) -> None:
    from disputes.models import Dispute

    capture = bench.sale(30_000)
    told(bench, (kind, "psp-obj_1", capture.intent.public_id, "case_1", minor))
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.state, Dispute.objects.count()) == ("CHARGEBACK_NOT_BOOKED", "OPEN", 0)
    assert bench.records.playable() == 30_000


def test_register_and_settlement_lines_of_one_psp_must_agree(bench: "Bench") -> None:
    capture = bench.sale(30_000)
    bench.report(sale_row(capture))
    told(bench, ("SentForSettle", "psp-obj_1", capture.intent.public_id, "obj_1", 29_000))
    bench.run()

    (case,) = bench.cases()
    assert (case.reason_id, case.facts["what"], case.facts["register_minor"]) == ("STATUS_DIFFERS", "settled otherwise", 29_000)
