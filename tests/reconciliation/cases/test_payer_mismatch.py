"""PAYER_NAME_MISMATCH ends by four eyes: credited, or given back where it came from (K10, POSTINGS.md section 5)."""

import pytest
from django.db import transaction

from cashier.models import Capture, DepositIntent, PayerCheck, PayerState, Refund
from cashier.operations.credits import CaptureProof, credit_capture
from cashier.operations.payers import note_payer
from ledger.models import JournalTransaction
from reconciliation.models import CaseState, ExceptionCase
from tests.reconciliation.cases.acting import end
from tests.reconciliation.cases.records import TESTER, Records
from tests.reconciliation.house import AT, NOW

pytestmark = pytest.mark.spec("K10", "E4", "S1")


@pytest.fixture
def case(records: Records) -> ExceptionCase:
    """A deposit of 50.00 EUR, paid by somebody whom we can't tell to be the player."""
    capture = records._capture(5000, 0, "psp-cap-9")
    attempt = capture.attempt
    Capture.objects.filter(pk=capture.pk).delete()
    DepositIntent.objects.filter(pk=attempt.intent_id).update(state="INITIATED", captured_minor=0)
    intent = DepositIntent.objects.get(pk=attempt.intent_id)
    attempt.intent = intent
    with transaction.atomic():
        note_payer(attempt, {"payer": {"name": "Robin Thirdparty", "iban": ""}}, now=NOW)
        attempt.save()
        credit_capture(intent=intent, attempt=attempt, proof=CaptureProof("psp-cap-9", 5000, "EUR", AT), actor=TESTER, now=NOW)
    return ExceptionCase.objects.get(reason="PAYER_NAME_MISMATCH")


def kinds() -> list[str]:
    return list(JournalTransaction.objects.order_by("pk").values_list("kind", flat=True))


def test_the_case_has_no_name_in_it(case: ExceptionCase) -> None:
    assert (case.severity, case.owner_team, case.facts["why"]) == ("high", "risk", "no_identity")
    assert "Robin" not in str(case.facts) + str(list(case.entries.values_list("text", "data")))


def test_the_same_person_is_credited(records: Records, case: ExceptionCase) -> None:
    end(records, case, "credit_missing_deposit")
    assert (case.state, records.playable(), kinds()) == (CaseState.RESOLVED, 5000, ["DEPOSIT_SEEN", "DEPOSIT_CAPTURED"])
    said = PayerCheck.objects.order_by("pk").last()
    assert said is not None and (said.state, said.note, said.actor_kind) == (PayerState.ACCEPTED, "the PSP says so, ticket 4711", "user")


def test_somebody_elses_money_goes_back(records: Records, case: ExceptionCase) -> None:
    end(records, case, "refund")
    assert (case.state, records.playable(), records.locked()) == (CaseState.RESOLVED, 0, 5000)
    assert kinds() == ["DEPOSIT_SEEN", "DEPOSIT_UNSEEN", "DEPOSIT_LATE_MONEY"]
    assert Refund.objects.get().source == Refund.Source.LATE
