"""Who may see and press what: anonymous, wrong role, maker, checker (B4, S1, S2)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from ledger.models import ApprovalRequest, AuditRecord
from reconciliation.models import ExceptionCase
from tests.backoffice.pressing import list_url, place_of, press

EVERY_MODEL = sorted(admin.site._registry, key=lambda model: model._meta.label)
BLIND = {"ledger.AuditRecord": {"ada", "rafe"}, "ledger.AuditHead": {"ada", "rafe"}}


@pytest.mark.spec("B4")
@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_lists_are_for_the_staff_that_may_see_them(model: type[Any], browser_of: Callable[[str], Client]) -> None:
    anonymous = Client().get(list_url(model))
    assert anonymous.status_code == 302
    assert anonymous["Location"].startswith(reverse("admin:login"))
    for name in ("ada", "rafe", "ben", "ola"):
        expected = 403 if name in BLIND.get(model._meta.label, set()) else 200
        answer = browser_of(name).get(list_url(model))
        assert answer.status_code == expected, name
        # The one button of theirs, that has the chain verified, changes nothing of the house.
        if name == "ola" and model is not AuditRecord:
            assert_no_button(list_url(model), answer)


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model._meta.label)
def test_every_record_opens_and_nobody_adds_changes_or_deletes(model: type[Any], browser_of: Callable[[str], Client]) -> None:
    row = model._default_manager.first()
    assert row is not None, f"the scene has no {model._meta.verbose_name}: make one"
    client = browser_of("ben")
    answer = client.get(place_of(row).url_of(row))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Save and add another" not in text
    assert 'name="_save"' not in text
    for address in ("add/", f"{row.pk}/delete/", f"{row.pk}/change/"):
        assert client.post(list_url(model) + address).status_code in (403, 404, 405)


PRESSED = [model for model in EVERY_MODEL if any(act.slug != "withdraw" for act in admin.site._registry[model].acts)]  # type: ignore[attr-defined]


@pytest.mark.spec("B3", "S1")
@pytest.mark.parametrize("model", PRESSED, ids=lambda model: model._meta.label)
def test_a_button_is_pressed_by_post_only_by_nobody_unknown_and_no_auditor(model: type[Any], browser_of: Callable[[str], Client]) -> None:
    row = model._default_manager.first()
    assert row is not None, f"the scene has no {model._meta.verbose_name}: make one"
    ben, auditor, strict = browser_of("ben"), browser_of("ola"), Client(enforce_csrf_checks=True)
    strict.cookies.update(ben.cookies)
    for slug in (act.slug for act in place_of(row).acts if act.slug != "withdraw"):
        url = place_of(row).act_url(row, slug)
        assert ben.get(url).status_code == 405, slug
        assert Client().post(url).status_code == 302, slug
        assert strict.post(url).status_code == 403, slug

        assert press(auditor, row, slug, reason="I would like to, please").status_code == 403, slug
        refusal = AuditRecord.objects.latest("pk")
        assert (refusal.act, refusal.detail["button"]) == ("backoffice.refused", slug)


def test_an_auditor_sees_no_button_and_no_form_but_search_and_sign_out(browser_of: Callable[[str], Client], scene: Any) -> None:
    """Of records; lists are opened above."""
    client = browser_of("ola")
    for row in (scene.cases[0], scene.payouts[0], scene.disputes[0], scene.deposits[0], scene.close):
        url = place_of(row).url_of(row)
        assert_no_button(url, client.get(url))


def assert_no_button(url: str, answer: Any) -> None:
    text = answer.content.decode()
    forms = [part.partition(">")[0] for part in text.split("<form")[1:]]
    posts = [form for form in forms if 'method="post"' in form]
    # Nor does taking a list of cases away change the house: by POST, because it is written into the audit log.
    assert all("logout-form" in form or 'exceptioncase/export/"' in form for form in posts), (url, posts)
    assert "ops-primary" not in text.replace('<button class="ops-button ops-primary" type="submit">Show these</button>', ""), url


@pytest.mark.spec("S2")
def test_who_proposes_postings_by_hand_approves_none(db: None) -> None:
    from config.backoffice.roles import setup_roles_of_staff

    setup_roles_of_staff()
    for group in Group.objects.all():
        held = set(group.permissions.values_list("codename", flat=True))
        for act in ("adjustment", "reversal"):
            assert not {f"propose_{act}", f"approve_{act}"} <= held, group.name
    auditor = set(Group.objects.get(name="auditor").permissions.values_list("codename", flat=True))
    assert {codename for codename in auditor if not codename.startswith("view_")} == {
        "export_case",
        "export_audit",
        "verify_audit",
        "take_bundle",
    }


@pytest.mark.spec("S1")
def test_the_maker_of_a_request_cannot_decide_it(browser_of: Callable[[str], Client], scene: Any) -> None:
    from tests.backoffice.scene import ask_for_adjustment

    request = ask_for_adjustment(scene, maker="ben")
    page = browser_of("ben").get(place_of(request).url_of(request)).content.decode()
    assert "dialog-approve" not in page
    assert "Withdraw request" in page
    assert press(browser_of("ben"), request, "approve").status_code == 403
    assert ApprovalRequest.objects.get(pk=request.pk).state == "PENDING"
    assert AuditRecord.objects.latest("pk").act == "backoffice.refused"


@pytest.mark.spec("S1")
def test_another_role_cannot_decide_and_reads_why(browser_of: Callable[[str], Client], scene: Any) -> None:
    from tests.backoffice.scene import ask_for_adjustment

    request = ask_for_adjustment(scene, maker="ben")
    assert press(browser_of("rafe"), request, "approve").status_code == 403
    shown = browser_of("rafe").get(list_url(ApprovalRequest) + "?view=others").content.decode()
    assert "Another role decides" in shown


def test_403_names_the_permission_that_is_missing(browser_of: Callable[[str], Client]) -> None:
    text = browser_of("ada").get(reverse("admin:ledger_auditrecord_changelist")).content.decode()
    assert "ledger.view_auditrecord" in text
    assert "Nothing was done" in text


def test_signing_in_needs_the_right_password(scene: Any) -> None:
    from tests.backoffice.scene import PASSWORD

    url = reverse("admin:login")
    wrong = Client().post(url, {"username": "ada", "password": "guess"})
    assert wrong.status_code == 200
    assert "ops-strip-error" in wrong.content.decode()
    right = Client().post(url, {"username": "ada", "password": PASSWORD, "next": list_url(ExceptionCase)})
    assert (right.status_code, right["Location"]) == (302, list_url(ExceptionCase))


@pytest.mark.spec("S5")
def test_who_signs_in_is_written_to_the_audit_log_once(scene: Any) -> None:
    from ledger.models import AuditRecord
    from tests.backoffice.scene import PASSWORD

    url, browser, before = reverse("admin:login"), Client(), AuditRecord.objects.count()
    browser.post(url, {"username": "ada", "password": "guess"})
    assert AuditRecord.objects.count() == before

    browser.post(url, {"username": "ada", "password": PASSWORD})
    browser.get(url)
    browser.post(url, {"username": "ada", "password": "guess"})

    (record,) = AuditRecord.objects.order_by("id")[before:]
    ada = scene.staff["ada"]
    assert (record.act, record.actor_kind, record.actor_id, record.target_id) == ("staff.signed_in", "user", str(ada.pk), ada.public_id)
