"""A house with work in it, and a signed-in browser of each person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """People are made in every test; their passwords guard nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def scene(db: None, still_clock: datetime) -> Any:
    from tests.backoffice.scene import make_scene

    return make_scene(now=still_clock, cases=14, deposits=12)


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
