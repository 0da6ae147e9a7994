"""A case is a player's: the brand's threshold holds for how it ends, and nobody of the staff ends one about their own account (S1, P4)."""

import pytest

from cashier.models import Brand, Player
from ledger.actors import user_actor
from ledger.errors import ApprovalRefused
from ledger.models import ApprovalRequest, ApprovalThreshold
from ledger.operations import decide
from reconciliation.models import CaseState, ExceptionCase
from reconciliation.operations.casework import propose_disposition, propose_together
from tests.reconciliation.cases.acting import REASON, a_case, propose
from tests.reconciliation.cases.records import STAMPS, Records
from tests.reconciliation.house import NOW

pytestmark = pytest.mark.spec("S1", "P4", "L12")


def unsettled(records: Records, number: int = 1) -> ExceptionCase:
    """A case that names the player by the capture alone."""
    capture = records.capture(5000, psp_ref=f"psp-cap-{number}")
    return a_case(records, "CAPTURE_NOT_SETTLED", [("capture", capture.public_id)], about=str(number))


def two_above(minor: int, *, brand: str = "lucky", kind: str = "case.disposition") -> None:
    ApprovalThreshold.objects.create(kind=kind, brand=brand, currency="EUR", two_above_minor=minor, updated_at=NOW)


def together(records: Records, *cases: ExceptionCase, disposition: str = "write_off") -> ApprovalRequest:
    asked = propose_together(
        case_ids=[case.pk for case in cases], disposition=disposition, reason=REASON, actor=user_actor(records.house.ada), now=NOW
    )
    return asked.request


def own(records: Records, name: str) -> None:
    person = getattr(records.house, name)
    person.player_refs = [records.player.public_id]
    person.save(update_fields=["player_refs"])


def test_the_threshold_of_the_player_s_brand_holds_for_an_ending(records: Records) -> None:
    two_above(4999)

    request = propose(records, unsettled(records), "write_off")
    decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)

    request.refresh_from_db()
    assert (request.brand, request.player_ref, request.required) == ("lucky", records.player.public_id, 2)
    assert (request.state, records.balance("clearing")) == ("PENDING", 5000)


def test_another_brand_s_threshold_does_not(records: Records) -> None:
    two_above(1, brand="other")

    assert propose(records, unsettled(records), "write_off").required == 1


@pytest.mark.parametrize("kind", ["case.disposition", "case.dispositions"])
def test_asking_for_many_at_once_is_no_way_round_the_threshold(records: Records, kind: str) -> None:
    two_above(9999, kind=kind)

    request = together(records, unsettled(records, 1), unsettled(records, 2))

    assert (request.required, request.brand, request.amount_minor) == (2, "lucky", 10_000)


def test_of_several_brands_the_strictest_threshold_holds(records: Records) -> None:
    first, second = unsettled(records, 1), unsettled(records, 2)
    brand = Brand.objects.create(code="strict", name="Strict", entity=records.house.entity)
    player = Player.objects.create(brand=brand, external_id="p2", country="MT", currency="EUR", **STAMPS)
    second.links.create(kind="player", target_id=player.public_id)
    two_above(4999, brand="strict")

    request = together(records, first, second)

    assert (request.required, request.brand) == (2, "")


@pytest.mark.parametrize("disposition", ["write_off", "claim_from_psp", "no_action"])
def test_nobody_ends_a_case_about_their_own_player_account(records: Records, disposition: str) -> None:
    """Whether money moves or not."""
    case = unsettled(records)
    own(records, "ada")

    with pytest.raises(ApprovalRefused, match="own player account"):
        propose_disposition(case_id=case.pk, disposition=disposition, reason=REASON, actor=user_actor(records.house.ada), now=NOW)

    case.refresh_from_db()
    assert (case.state, ApprovalRequest.objects.count()) == (CaseState.OPEN, 0)


def test_of_many_cases_one_s_own_is_left_out_by_name(records: Records) -> None:
    mine, other = unsettled(records, 1), unsettled(records, 2)
    player = Player.objects.create(brand=records.house.brand, external_id="p2", country="MT", currency="EUR", **STAMPS)
    other.links.create(kind="player", target_id=player.public_id)
    own(records, "ada")

    asked = propose_together(
        case_ids=[mine.pk, other.pk], disposition="write_off", reason=REASON, actor=user_actor(records.house.ada), now=NOW
    )

    assert (asked.cases, list(asked.failed)) == (1, [mine.label])
    assert "own player account" in asked.failed[mine.label]


def test_nobody_agrees_to_the_end_of_many_cases_of_which_one_is_about_their_own_player(records: Records) -> None:
    request = together(records, unsettled(records, 1), unsettled(records, 2))
    own(records, "ben")

    with pytest.raises(ApprovalRefused, match="own player account"):
        decide(request_id=request.pk, approve=True, checker=records.house.ben, reason="", now=NOW)

    assert records.balance("clearing") == 10_000
