"""A casino, the operator's platform, and an endpoint there."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.outgoing.receiving import OLDER_SECRET, SECRET, Platform

if TYPE_CHECKING:
    from cashier.models import OutgoingEndpoint
    from tests.stories.casino import Casino


@pytest.fixture
def casino(db: None, now: datetime) -> "Casino":
    """Rolled back at the end."""
    from tests.stories.casino import make_casino

    return make_casino(now)


@pytest.fixture
def committed_casino(committed_db: Any, redis: Any, now: datetime) -> "Casino":
    """In a database of its own, for what commits."""
    from tests.stories.casino import make_casino

    return make_casino(now)


@pytest.fixture
def platform(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Listens on this machine, which is allowed for the test as a site would allow a network of its own."""
    settings.DEBUG = True
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.OUTGOING_TIMEOUT_SECONDS = 10.0
    monkeypatch.setenv("SHOP_OUTGOING_SECRET", f"{SECRET}\n{OLDER_SECRET}")
    made = Platform()
    yield made
    made.close()


@pytest.fixture
def endpoint(committed_casino: "Casino", platform: Platform) -> "OutgoingEndpoint":
    """Hears everything."""
    from cashier.models import OutgoingEndpoint

    return OutgoingEndpoint.objects.create(code="shop", url=platform.url, events=["*"], secret_ref="SHOP")


@pytest.fixture
def ready(committed_db: Any) -> Any:
    """A day that can be signed."""
    from tests.reconciliation.closing.day import make_ready_day

    return make_ready_day()
