"""Late money that the brand's policy settles ends its case; what people decide is left to them (C2, E3)."""

import pytest
from django.db import transaction

from cashier.models import Capture
from cashier.operations import credit_late_money
from ledger.actors import Actor, system_actor, user_actor
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations import raise_case
from tests.reconciliation.cases.acting import a_case, end
from tests.reconciliation.cases.records import Records
from tests.reconciliation.house import NOW

pytestmark = pytest.mark.spec("C2", "E3")
POLICY = system_actor("late-money policy")


def late_case(records: Records, capture: Capture, code: str = "PSP_SUCCESS_AFTER_TERMINAL") -> ExceptionCase:
    return raise_case(
        code=code,
        entity_id=records.house.entity.pk,
        business_date=NOW.date(),
        amount_minor=5000,
        currency="EUR",
        dedupe_key=f"{code}:{capture.public_id}",
        links=[("capture", capture.public_id)],
        now=NOW,
    )


def credit(capture: Capture, actor: Actor) -> None:
    with transaction.atomic():
        credit_late_money(capture_id=capture.pk, actor=actor, now=NOW)


def test_the_policy_ends_the_case_with_its_evidence(records: Records) -> None:
    capture = records.capture(5000, is_late=True)
    case = late_case(records, capture)

    credit(capture, POLICY)

    case.refresh_from_db()
    assert (case.state, case.resolution, records.playable()) == (CaseState.AUTO_RESOLVED, "late_money.policy@1", 5000)
    assert case.entries.get(kind="evidence").data["capture"] == capture.public_id


def test_what_people_credit_is_ended_by_their_decision(records: Records) -> None:
    capture = records.capture(5000, is_late=True)
    case = late_case(records, capture)
    credit(capture, user_actor(records.house.ada))
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_a_second_charge_never_ends_by_itself(records: Records) -> None:
    capture = records.capture(5000, is_late=True)
    case = late_case(records, capture, code="DUPLICATE_PSP_CAPTURE")
    credit(capture, POLICY)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


@pytest.mark.spec("C3", "E4")
def test_a_person_decides_on_what_was_captured_in_another_currency(records: Records) -> None:
    """It waits in locked in its own currency; the case that tells of it offers both ways on."""
    capture = records.capture(5000, is_late=True)
    case = a_case(records, "CURRENCY_DIFFERS", [("capture", capture.public_id)])

    assert {"refund", "credit_missing_deposit"} <= set(case.reason.dispositions)
    assert end(records, case, "credit_missing_deposit").state == CaseState.RESOLVED
    assert records.playable() == 5000
