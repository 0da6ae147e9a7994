"""Entities and people of the ledger's tests."""

from django.contrib.auth.models import Permission

from ledger.models import LegalEntity, User

APPROVES = ("approve_adjustment", "approve_write_off", "approve_reversal")


def make_entity(code: str = "MT1") -> LegalEntity:
    return LegalEntity.objects.create(code=code, name="Countroom Malta", zone="Europe/Malta")


def make_person(name: str, *permissions: str, superuser: bool = False) -> User:
    user = User.objects.create_user(name, password=None, is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user
