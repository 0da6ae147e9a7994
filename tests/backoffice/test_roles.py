"""Roles and the people of the demo (B4)."""

import base64

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from config.backoffice.roles import ACTS, PEOPLE, seed_staff, setup_roles_of_staff
from ledger.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.spec("B4")
def test_every_permission_that_a_role_names_exists() -> None:
    setup_roles_of_staff()
    for role, names in ACTS.items():
        held = {
            f"{permission.content_type.app_label}.{permission.codename}" for permission in Group.objects.get(name=role).permissions.all()
        }
        assert set(names) <= held, role


def test_personal_data_and_secrets_are_seen_by_no_role() -> None:
    setup_roles_of_staff()
    for group in Group.objects.all():
        models = set(group.permissions.values_list("content_type__model", flat=True))
        assert not {"playeridentity", "idempotencykey", "apiclient", "user"} & (models - {"user"})


def test_people_are_made_once_and_keep_their_passwords() -> None:
    first = seed_staff()
    again = seed_staff([login.as_row() for login in first])
    assert [login.user for login in first] == [person[1] for person in PEOPLE]
    assert first == again
    assert User.objects.filter(is_staff=True).count() == len(PEOPLE)
    assert not User.objects.filter(is_superuser=True).exists()
    for login in first:
        user = User.objects.get(username=login.user)
        assert user.check_password(login.password)
        assert [group.name for group in user.groups.all()] == [login.role]
        assert len(base64.b32decode(login.totp_secret)) == 20


def test_a_lost_password_is_made_anew() -> None:
    first = {login.user: login for login in seed_staff()}
    second = {login.user: login for login in seed_staff()}
    assert first["ada"].password != second["ada"].password
    assert User.objects.get(username="ada").check_password(second["ada"].password)


def test_the_command_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    import json

    call_command("setup_staff", "--demo", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert set(printed["roles"]) == {"ops", "risk", "finance", "controller", "auditor"}
    assert {row["role"] for row in printed["staff"]} == set(printed["roles"])
    assert all(row["password"] and row["totp_secret"] for row in printed["staff"])
