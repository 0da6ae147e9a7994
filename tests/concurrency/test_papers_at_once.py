"""Papers, runs and events that come at the same moment: one row, one run, one posting (R2, R9, L3)."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.concurrency.threads import at_once

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

pytestmark = pytest.mark.whole

UNTOLD: dict[str, Any] = {"v": 1, "codes": {"LEDGER_CREDIT_MISSING_PSP_SUCCESS": {"count": 1}, "PAYOUT_PAID_NOT_RECORDED": {"count": 1}}}


def papers_of_a_day(casino: "Casino", *, profile: Any = "none") -> list[dict[str, Any]]:
    """A day with deposits, a refund and payouts; its papers, written and not taken in."""
    from tests.reconciliation.runs.day import DAY

    deposits = [casino.deposit(amount_minor=5000 + number) for number in range(8)]
    casino.deposit("tok_pending_hold", 4000, method="paybybank")
    casino.hear()
    casino.refund(deposits[0], 1000)
    casino.pay_out(2100, "tok_approve.payout_pending")
    casino.pay_out(1500)
    casino.hear()
    casino.set_now(casino.world.now + timedelta(hours=20))
    casino.sandbox.control("POST", "faults", {"profile": profile, "seed": 7})
    closed = casino.sandbox.control("POST", "close_day", {"date": DAY.isoformat()})
    casino.truth += closed["truth"]
    casino.hear()
    return list(closed["files"])


@pytest.mark.spec("R2")
def test_each_paper_taken_in_by_five_at_once_is_one_file(casino: "Casino") -> None:
    from reconciliation.models import BankLine, PspLine, SourceFile

    files = papers_of_a_day(casino)

    results = [at_once([partial(casino.ingest, paper)] * 5) for paper in files]

    assert SourceFile.objects.count() == len(files)
    for taken in results:
        assert all(isinstance(result, dict) and result["accepted"] for result in taken), taken
        assert Counter(bool(result["duplicate_of"]) for result in taken if isinstance(result, dict)) == {False: 1, True: 4}
    lines = PspLine.objects.count() + BankLine.objects.count()
    assert lines == sum(stored.lines for stored in SourceFile.objects.all())


@pytest.mark.spec("R9", "L3")
def test_a_day_run_by_four_at_once_is_run_once(casino: "Casino") -> None:
    from ledger.models import JournalTransaction
    from ledger.proofs import prove_ledger
    from reconciliation.models import ExceptionCase, ReconciliationRun
    from reconciliation.operations import RunInProgress, reconcile
    from tests.reconciliation.runs.day import DAY

    for paper in papers_of_a_day(casino):
        casino.ingest(paper)

    outcomes = at_once([lambda: reconcile(date=DAY, now=casino.world.now)] * 4)

    assert any(isinstance(outcome, list) for outcome in outcomes), outcomes
    assert all(isinstance(outcome, list | RunInProgress) for outcome in outcomes), outcomes
    posted, cases, runs = JournalTransaction.objects.count(), ExceptionCase.objects.count(), ReconciliationRun.objects.count()
    keys = JournalTransaction.objects.values_list("posting_key", flat=True)
    assert len(set(keys)) == posted
    reconcile(date=DAY, now=casino.world.now)
    assert (JournalTransaction.objects.count(), ExceptionCase.objects.count()) == (posted, cases)
    assert ReconciliationRun.objects.count() == runs
    assert _proved(prove_ledger()) == []


@pytest.mark.spec("L3", "C3", "R8")
def test_a_line_and_the_late_event_of_its_movement_at_once_are_one_posting(casino: "Casino") -> None:
    from cashier import operations as cashier
    from cashier.models import DepositIntent, PayoutIntent, PspEvent
    from ledger.models import JournalTransaction
    from ledger.proofs import prove_ledger
    from reconciliation.operations import reconcile
    from tests.reconciliation.runs.day import DAY

    # Given a capture and a payout of which no event told, their lines, and the events that come after all
    for paper in papers_of_a_day(casino, profile=UNTOLD):
        casino.ingest(paper)
    assert {row["code"] for row in casino.truth} == set(UNTOLD["codes"])
    events = [event_of(casino, row["keys"]["merchant_reference"]) for row in casino.truth]
    for event in events:
        casino.world.receive(json.dumps(event).encode())
    late = list(PspEvent.objects.filter(provider_event_id__in=[event["event_id"] for event in events]).values_list("pk", flat=True))

    # When all are worked on at once
    acts: list[Callable[[], Any]] = [partial(cashier.apply_event, event_id=pk, now=casino.world.now) for pk in late]
    acts = [partial(reconcile, date=DAY, now=casino.world.now), *acts, *acts]
    outcomes: list[Any] = list(at_once(acts))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []

    # Then each moved money once
    intent = DepositIntent.by_public(next(str(event["intent_id"]) for event in events if event["intent_id"]))
    payout = PayoutIntent.objects.get(amount_minor=2100)
    assert (str(intent.state), int(intent.captured_minor)) == ("CAPTURED", 4000)
    assert str(payout.state) == "SETTLED"
    kinds = Counter(JournalTransaction.objects.filter(intent_ref__in=(intent.public_id, payout.public_id)).values_list("kind", flat=True))
    assert (kinds["DEPOSIT_CAPTURED"], kinds["PAYOUT_SETTLED"]) == (1, 1)
    reconcile(date=DAY, now=casino.world.now)
    assert _proved(prove_ledger()) == []


def event_of(casino: "Casino", reference: str) -> dict[str, Any]:
    """The event that the PSP should have sent of what its lookup says."""
    found = casino.sandbox.look_up(merchant_reference=reference)
    assert found is not None
    if found["kind"] == "payout":
        payout = found["payout"]
        told = {"event": "payout.settled", "psp_ref": payout["psp_ref"], "payout_id": payout["payout_id"], "intent_id": None}
        amount = payout["amount"]
    else:
        capture = found["payment"]["captures"][0]
        told = {"event": "payment.captured", "psp_ref": found["payment"]["psp_ref"], "capture_id": capture["capture_id"]}
        told["intent_id"], amount = reference, capture["amount"]
    own = {"merchant_reference": reference, "event_id": f"late-{reference}", "occurred_at": casino.world.now.isoformat()}
    return {**told, **own, "amount": amount, "idempotency_key": f"late-{reference}"}


def _proved(report: Any) -> list[Any]:
    """What does not hold. Instruments of these tests are made verified, without a transition."""
    return [(check.name, check.differences) for check in report.checks if not check.ok and "Instrument" not in check.name]
