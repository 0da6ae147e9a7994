"""A deposit credited twice: the surplus posting is mirrored by two people, what was played away is owed, the case ends (POSTINGS.md 27)."""

import pytest
from django.db import transaction

from cashier.models import Capture, Hold
from cashier.operations import place_hold
from ledger.actors import user_actor
from ledger.models import ApprovalRequest, JournalTransaction
from ledger.operations import ApprovalRefused, Posting, decide, post
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.casework import DispositionNotAllowed, NothingToMove, allowed_dispositions, propose_disposition
from tests.reconciliation.cases.acting import REASON, a_case, end, propose
from tests.reconciliation.cases.records import TESTER, Records
from tests.reconciliation.house import AT, NOW

pytestmark = pytest.mark.spec("E4", "S1", "L12")


def again(records: Records, capture: Capture, key: str = "import") -> JournalTransaction:
    """The credit of the capture, posted once more under a key of its own."""
    first = JournalTransaction.objects.get(posting_key=f"deposit.captured:{capture.public_id}")
    own_key = f"{key}:{capture.public_id}"
    posting = Posting(first.rule, own_key, records.house.entity.pk, first.source, AT, player_id=records.player.public_id)
    with transaction.atomic():
        made = post(posting, actor=TESTER, now=AT)
    return JournalTransaction.by_public(made.public_id)


def the_case(records: Records, capture: Capture) -> ExceptionCase:
    return a_case(records, "DUPLICATE_LEDGER_POSTING", [("capture", capture.public_id), ("player", records.player.public_id)])


def hold(records: Records, case: ExceptionCase, amount_minor: int) -> None:
    with transaction.atomic():
        place_hold(
            kind=Hold.Kind.CASE, ref=case.public_id, player=records.player, currency="EUR", amount_minor=amount_minor,
            occurred_at=NOW, actor=TESTER, now=NOW,
        )  # fmt: skip


def test_it_is_offered_and_what_was_held_for_it_pays(records: Records) -> None:
    # Story 27: 50.00 credited twice, 15.00 played, 50.00 held at discovery
    capture = records.capture(5000)
    surplus = again(records, capture)
    records.play(1500)
    case = the_case(records, capture)
    hold(records, case, 5000)
    assert "reverse_duplicate" in [row.name for row in allowed_dispositions(case)]

    end(records, case, "reverse_duplicate")

    assert (case.state, case.resolution) == (CaseState.RESOLVED, "reverse_duplicate")
    assert (records.playable(), records.locked(), records.owed(), records.balance("clearing")) == (3500, 0, 0, 5000)
    mirror = JournalTransaction.objects.get(reverses=surplus)
    assert mirror.posting_key.startswith("approval:ap_")
    assert (mirror.actor_kind, mirror.actor_id) == ("user", str(records.house.ada.pk))


def test_what_was_played_away_is_owed(records: Records) -> None:
    capture = records.capture(5000)
    again(records, capture)
    records.play(8000)

    end(records, the_case(records, capture), "reverse_duplicate")

    assert (records.playable(), records.owed(), records.balance("clearing")) == (0, 3000, 5000)


def test_one_asks_and_another_decides(records: Records) -> None:
    capture = records.capture(5000)
    again(records, capture)
    case = the_case(records, capture)
    request = propose(records, case, "reverse_duplicate")
    before = JournalTransaction.objects.count()

    with pytest.raises(ApprovalRefused):
        decide(request_id=request.pk, approve=True, checker=records.house.ada, reason="", now=NOW)

    case.refresh_from_db()
    assert (case.state, JournalTransaction.objects.count()) == (CaseState.PROPOSED, before)
    assert (request.kind, request.amount_minor) == ("case.disposition", 5000)
    decide(request_id=request.pk, approve=False, checker=records.house.ben, reason="Ask engineering first", now=NOW)
    case.refresh_from_db()
    assert (case.state, JournalTransaction.objects.count()) == (CaseState.INVESTIGATING, before)


def test_what_changed_since_it_was_asked_stops_it(records: Records) -> None:
    capture = records.capture(5000)
    again(records, capture)
    request = propose(records, the_case(records, capture), "reverse_duplicate")
    records.play(9000)

    with pytest.raises(Exception, match="changed"):
        decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)

    assert (records.playable(), ApprovalRequest.objects.get().state) == (1000, "PENDING")


def test_the_cashiers_own_posting_stays_and_nothing_is_reversed_twice(records: Records) -> None:
    capture = records.capture(5000)
    own = JournalTransaction.objects.get(posting_key=f"deposit.captured:{capture.public_id}")
    case = the_case(records, capture)
    with pytest.raises(NothingToMove):
        propose(records, case, "reverse_duplicate")

    surplus = again(records, capture)
    with pytest.raises(DispositionNotAllowed):
        propose(records, case, "reverse_duplicate", own.public_id)
    end(records, case, "reverse_duplicate", surplus.public_id)
    second = a_case(records, "DUPLICATE_LEDGER_POSTING", [("capture", capture.public_id)], about="2")
    with pytest.raises(NothingToMove):
        propose(records, second, "reverse_duplicate")


def test_of_several_a_person_names_the_one(records: Records) -> None:
    capture = records.capture(5000)
    surplus = [again(records, capture, "import"), again(records, capture, "replay")]
    case = the_case(records, capture)
    for wrong in ("", "txn_nothing", capture.public_id, "x" * 500):
        with pytest.raises((NothingToMove, DispositionNotAllowed)):
            propose_disposition(
                case_id=case.pk, disposition="reverse_duplicate", reason=REASON, target=wrong, actor=user_actor(records.house.ada), now=NOW
            )

    end(records, case, "reverse_duplicate", surplus[1].public_id)

    assert not surplus[0].reversed_by.exists()
    assert surplus[1].reversed_by.exists()
    assert records.playable() == 10_000


def test_every_ending_that_a_reason_code_names_can_be_offered() -> None:
    from reconciliation.data.reason_codes import reason_code_rows
    from reconciliation.operations.casework.dispositions import DISPOSITIONS

    named = {name for row in reason_code_rows() for name in row["dispositions"]}
    assert named - set(DISPOSITIONS) == set()
