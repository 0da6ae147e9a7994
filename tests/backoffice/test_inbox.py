"""The inbox (S1, UX 4.15): what a request rests on, then and now; several decided together, each by itself."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from ledger.actors import user_actor
from ledger.models import ApprovalRequest, ApprovalThreshold, AuditRecord, JournalTransaction
from ledger.operations import ApprovalRefused, decide, propose_adjustment
from ledger.operations.present_state import changes_since, digest_of, present_state
from tests.backoffice.pressing import list_url, place_of, press

WHY = "Checked one by one against the tickets"
TOGETHER = reverse("admin:ledger_approvalrequest_together")


def ask(scene: Any, amount_minor: int = 5_000, *, maker: str = "ada", direction: str = "credit", player: int = 0) -> ApprovalRequest:
    return propose_adjustment(
        entity_id=scene.entity.pk, player_id=scene.players[player].public_id, asset="EUR", amount_minor=amount_minor,
        direction=direction, reason="goodwill of the house", maker=user_actor(scene.staff[maker]), now=scene.now,
    )  # fmt: skip


def yes(scene: Any, request: ApprovalRequest, name: str = "kim", **more: Any) -> ApprovalRequest:
    return decide(request_id=request.pk, approve=True, checker=scene.staff[name], reason="", now=scene.now, **more)


def page_of(browser: Client, request: ApprovalRequest) -> str:
    return str(browser.get(place_of(request).url_of(request)).content.decode())


def changed(request: ApprovalRequest) -> dict[str, tuple[str, str]]:
    return {each.what: (each.was, each.now) for each in changes_since(request, present_state(request))}


@pytest.mark.spec("S1")
def test_the_page_says_that_nothing_changed_and_then_what_did(scene: Any, browser_of: Callable[[str], Client]) -> None:
    request = ask(scene)
    before = request.seen["Playable"]
    assert "Nothing changed since it was asked for" in page_of(browser_of("kim"), request)

    yes(scene, ask(scene, 700))

    assert changed(request)["Playable"][0] == before
    page = page_of(browser_of("kim"), request)
    assert "Something changed since it was asked for" in page
    assert "When it was asked" in page


@pytest.mark.spec("S1")
def test_a_yes_to_what_is_no_longer_so_is_refused_and_audited(scene: Any, browser_of: Callable[[str], Client]) -> None:
    request = ask(scene)
    looked_at = digest_of(present_state(request))
    yes(scene, ask(scene, 700))
    posted = JournalTransaction.objects.count()

    answer = press(browser_of("kim"), request, "approve", rests_on=looked_at)

    assert answer.status_code == 409
    assert "changed while you looked at it" in answer.content.decode()
    request.refresh_from_db()
    assert (request.state, JournalTransaction.objects.count()) == ("PENDING", posted)
    assert AuditRecord.objects.latest("id").act == "approval.refused"
    assert yes(scene, request, seen=digest_of(present_state(request))).state == "APPROVED"


@pytest.mark.spec("S1")
def test_a_no_needs_no_second_look(scene: Any) -> None:
    request = ask(scene)
    assert (
        decide(request_id=request.pk, approve=False, checker=scene.staff["kim"], reason="no", seen="x", now=scene.now).state == "REJECTED"
    )


@pytest.mark.spec("S1")
def test_a_threshold_that_was_tightened_since_holds(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ApprovalThreshold.objects.filter(kind="ledger.adjustment").delete()
    request = ask(scene)
    ApprovalThreshold.objects.create(kind="ledger.adjustment", currency="EUR", two_above_minor=4_999, updated_at=scene.now)

    assert set(changed(request)) == {"Threshold"}
    assert "0 of 2" in page_of(browser_of("kim"), request)
    assert yes(scene, request).state == "PENDING"
    assert yes(scene, request, "max").state == "APPROVED"


@pytest.mark.spec("S1")
def test_what_it_was_asked_upon_is_frozen(scene: Any) -> None:
    request = ask(scene)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_approval_request SET seen = '{}' WHERE id = %s", [request.pk])


@pytest.mark.spec("S1", "B3")
def test_several_are_listed_first_then_decided_each_by_itself(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ApprovalThreshold.objects.filter(kind="ledger.adjustment").delete()
    good, lost = ask(scene, 1_100), ask(scene, 10**12, direction="debit", player=1)
    mine = ask(scene, 1_300, maker="kim", player=2)
    client = browser_of("kim")
    asked = {"once": "b1", "chosen": [str(row.pk) for row in (good, lost, mine)]}
    shown = client.post(reverse("admin:ledger_approvalrequest_list_act", args=["together"]), asked)
    assert urlsplit(shown["Location"]).path == TOGETHER
    text = client.get(shown["Location"]).content.decode()
    assert "May these 2 be done?" in text
    assert "Who made a request can&#x27;t decide on it" in text

    rests_on = {f"rests_on-{row.pk}": digest_of(present_state(row)) for row in (good, lost, mine)}
    told = client.post(TOGETHER, {**asked, **rests_on, "once": "b2", "verdict": "approve", "reason": WHY}, follow=True).content.decode()

    states = [ApprovalRequest.objects.get(pk=row.pk).state for row in (good, lost, mine)]
    assert states == ["APPROVED", "PENDING", "PENDING"]
    assert "1 approved." in told
    assert "2 not done" in told
    assert good.decisions.get().reason == WHY
    assert AuditRecord.objects.filter(act="approval.refused", target_id=lost.public_id).exists()
    again = client.post(TOGETHER, {**asked, "once": "b2", "verdict": "approve", "reason": WHY})
    assert (again.status_code, good.decisions.count()) == (302, 1)


@pytest.mark.spec("S1")
def test_together_rejects_with_one_reason_and_never_without(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ApprovalThreshold.objects.filter(kind="ledger.adjustment").delete()
    first, second = ask(scene, 1_100), ask(scene, 1_200, player=1)
    form = {"chosen": [str(first.pk), str(second.pk)], "once": "r1", "verdict": "reject"}
    assert browser_of("kim").post(TOGETHER, {**form, "reason": "no"}).status_code == 422
    assert browser_of("kim").post(TOGETHER, {**form, "reason": WHY}).status_code == 302
    assert set(ApprovalRequest.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)) == {"REJECTED"}


@pytest.mark.spec("S1")
def test_kinds_are_not_mixed_and_two_peoples_requests_are_read_by_themselves(scene: Any, browser_of: Callable[[str], Client]) -> None:
    ApprovalThreshold.objects.filter(kind="ledger.adjustment").delete()
    from ledger.operations import propose_reversal

    one = ask(scene)
    yes(scene, ask(scene, 300, player=3))
    posted = JournalTransaction.objects.latest("posted_at")
    other = propose_reversal(transaction_id=posted.pk, reason="posted twice", maker=user_actor(scene.staff["ada"]), now=scene.now)
    text = browser_of("kim").get(TOGETHER, {"chosen": [str(one.pk), str(other.pk)]}).content.decode()
    assert "Choose requests of one kind." in text
    ApprovalThreshold.objects.create(kind="ledger.adjustment", currency="EUR", two_above_minor=1, updated_at=scene.now)
    assert "It needs two people" in browser_of("kim").get(TOGETHER, {"chosen": str(one.pk)}).content.decode()


@pytest.mark.spec("S1", "B4")
def test_who_decides_on_nothing_gets_no_such_page(scene: Any, browser_of: Callable[[str], Client]) -> None:
    assert browser_of("ola").get(TOGETHER).status_code == 403
    assert browser_of("ola").post(TOGETHER, {"once": "x"}).status_code == 403
    assert "Decide together" not in browser_of("ola").get(list_url(ApprovalRequest)).content.decode()
    assert Client().get(TOGETHER).status_code == 302


@pytest.mark.spec("S1")
def test_every_kind_says_what_it_rests_on(settings: Any) -> None:
    from django.utils.module_loading import import_string

    from ledger.approvals import get_approval_kind

    for kind in settings.APPROVAL_KINDS:
        path = get_approval_kind(kind).look
        assert path, kind
        assert callable(import_string(path)), kind
    with pytest.raises(ApprovalRefused):
        get_approval_kind("nothing")
