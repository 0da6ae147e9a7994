"""One asks, the other decides: two people of the staff who hold the same permission (S1)."""

from django.contrib.auth.models import Permission

from ledger.models import User


def two_people(codename: str) -> tuple[User, User]:
    """Ada asks, Ben decides."""
    ada, ben = (User.objects.create_user(name, is_staff=True) for name in ("ada", "ben"))
    for person in (ada, ben):
        person.user_permissions.add(Permission.objects.get(codename=codename))
    return ada, ben
