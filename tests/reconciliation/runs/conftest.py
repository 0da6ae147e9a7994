"""A casino with a sandbox of its own, in a database that commits."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.cashier.conftest import secrets
from tests.sandbox.conftest import own_receiver, own_sandbox
from tests.sandbox.running import Receiver, RunningSandbox

if TYPE_CHECKING:
    from tests.reconciliation.runs.day import Casino

__all__ = ["own_receiver", "own_sandbox", "secrets"]


@pytest.fixture
def casino(
    committed_db: Any,
    redis: Any,
    secrets: None,
    own_sandbox: Callable[..., RunningSandbox],
    own_receiver: Receiver,
    settings: Any,
    tmp_path: Any,
) -> "Casino":
    from tests.reconciliation.runs.day import make_casino

    settings.MEDIA_ROOT = str(tmp_path / "files")
    sandbox = own_sandbox(webhook_url=own_receiver.url)
    return make_casino(sandbox, own_receiver, datetime(2026, 3, 10, 9, 30, tzinfo=UTC))
