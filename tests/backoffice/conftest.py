"""A house with work in it, and a signed-in browser of each person."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.databases import TestDatabase
    from tests.furnished import Furnished


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """People are made in every test; their passwords guard nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def furnished_scene(django_db_setup: "TestDatabase", django_db_blocker: Any) -> Iterator["Furnished"]:
    """The scene's rows, made once."""
    from ledger import clock
    from tests.backoffice.scene import NOW, make_scene
    from tests.furnished import furnished

    def make() -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(clock, "now", lambda: NOW)
            return make_scene(now=NOW, cases=14, deposits=12)

    with django_db_blocker.unblock(), furnished(django_db_setup, "scene", make) as made:
        yield made


@pytest.fixture
def begins_with(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    if "scene" not in request.fixturenames:
        yield
        return
    from tests.furnished import django_on

    made: Furnished = request.getfixturevalue("furnished_scene")
    with django_on(made.database):
        yield


@pytest.fixture
def scene(begins_with: None, db: None, still_clock: datetime, furnished_scene: "Furnished") -> Any:
    """People of every role, payments, cases, payouts and disputes (tests/backoffice/scene.py). What a test does to them is undone."""
    return furnished_scene.rows()


@pytest.fixture
def still_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Pages read the scene's own now."""
    from ledger import clock
    from tests.backoffice.scene import NOW

    monkeypatch.setattr(clock, "now", lambda: NOW)
    return NOW


@pytest.fixture
def browser_of(scene: Any) -> Callable[[str], Any]:
    """`browser_of("ada")`: a test client signed in as that person."""
    from django.test import Client

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(scene.staff[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
