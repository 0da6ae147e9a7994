"""A casino whose PSP answers what the test says: real operations, no calls. Imports wait until Django is set up."""

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stories.casino import Casino


@pytest.fixture
def casino(db: None, now: datetime) -> "Casino":
    from tests.stories.casino import make_casino

    return make_casino(now)
