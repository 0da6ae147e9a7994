"""Thresholds, duties and roles in the back office (S1, S2): read there, asked for there, decided by another person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import ApprovalRequest, ApprovalThreshold, SeparateDuty, User
from tests.backoffice.pressing import list_url, place_of, press

WHY = "The board decided on it"


@pytest.mark.spec("S1", "S3")
def test_a_threshold_is_asked_for_shown_and_decided(scene: Any, browser_of: Callable[[str], Client]) -> None:
    url = reverse("admin:ledger_approvalthreshold_list_act", args=["new"])
    form = {"once": "n1", "kind": "ledger.adjustment", "brand": "", "currency": "eur", "one": "", "two": "1000.00", "reason": WHY}
    assert browser_of("ben").post(url, form).status_code == 302
    request = ApprovalRequest.objects.get(kind="threshold.change")
    page = browser_of("kim").get(place_of(request).url_of(request)).content.decode()
    assert "two people above 1,000.00" in page
    assert press(browser_of("ben"), request, "approve").status_code == 403
    assert press(browser_of("kim"), request, "approve").status_code == 302

    row = ApprovalThreshold.objects.get(kind="ledger.adjustment")
    assert (row.two_above_minor, row.version) == (100_000, 1)
    assert press(browser_of("ben"), row, "change", one="", two="500", reason=WHY).status_code == 302
    assert press(browser_of("kim"), ApprovalRequest.objects.latest("id"), "approve").status_code == 302
    page = browser_of("ola").get(place_of(row).url_of(row)).content.decode()
    assert "Version 1" in page
    assert "Version 2" in page
    assert browser_of("ola").get(list_url(ApprovalThreshold)).status_code == 200


@pytest.mark.spec("S1")
def test_an_amount_that_is_none_is_refused_with_its_reason(scene: Any, browser_of: Callable[[str], Client]) -> None:
    url = reverse("admin:ledger_approvalthreshold_list_act", args=["new"])
    form = {"once": "n2", "kind": "ledger.adjustment", "brand": "", "currency": "EUR", "one": "", "two": "ten", "reason": WHY}
    answer = browser_of("ben").post(url, form)
    assert answer.status_code in (409, 422)
    assert ApprovalRequest.objects.filter(kind="threshold.change").count() == 0
    assert browser_of("kim").post(url, form).status_code == 403


@pytest.mark.spec("S2")
def test_rules_of_separate_duties_are_seen_and_lifted_by_two(scene: Any, browser_of: Callable[[str], Client]) -> None:
    rule = SeparateDuty.objects.get(first="ledger.approve_adjustment", second="ledger.propose_adjustment")
    assert "ledger.propose_adjustment" in browser_of("ola").get(list_url(SeparateDuty)).content.decode()
    assert press(browser_of("ben"), rule, "flip", reason=WHY).status_code == 302
    rule.refresh_from_db()
    assert rule.is_in_force
    assert press(browser_of("kim"), ApprovalRequest.objects.get(kind="duty.change"), "approve").status_code == 302
    rule.refresh_from_db()
    assert not rule.is_in_force
    assert browser_of("ola").get(place_of(rule).url_of(rule)).status_code == 200


@pytest.mark.spec("S1", "S2", "B4")
def test_roles_are_asked_for_and_what_joins_duties_is_refused(scene: Any, browser_of: Callable[[str], Client]) -> None:
    cleo: User = scene.staff["cleo"]
    assert "Ask to change roles" in browser_of("ben").get(place_of(cleo).url_of(cleo)).content.decode()
    answer = press(browser_of("ben"), cleo, "roles", roles=["finance", "controller"], players="", reason=WHY)
    assert answer.status_code == 409
    assert "separate duties" in answer.content.decode()
    assert press(browser_of("ben"), cleo, "roles", roles=["risk", "ops"], players="pl_1", reason=WHY).status_code == 302
    assert press(browser_of("kim"), ApprovalRequest.objects.get(kind="role.grant"), "approve").status_code == 302
    cleo.refresh_from_db()
    assert (sorted(cleo.groups.values_list("name", flat=True)), cleo.player_refs) == (["ops", "risk"], ["pl_1"])
    assert browser_of("ola").get(list_url(User)).status_code == 200


@pytest.mark.spec("S2", "B4")
def test_no_role_joins_separate_duties(db: None) -> None:
    from config.backoffice.roles import setup_roles_of_staff
    from ledger.duties import joined_duties, names_of

    setup_roles_of_staff()
    from django.contrib.auth.models import Group

    for group in Group.objects.all():
        held = names_of(group.permissions.values_list("content_type__app_label", "codename"))
        assert joined_duties(held) == [], group.name
