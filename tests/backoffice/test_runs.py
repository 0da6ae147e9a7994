"""The run page: an operator runs an account's day again, an auditor does not (R9, S1)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from reconciliation.models import ReconciliationRun

pytestmark = pytest.mark.spec("R9")
Browsers = Callable[[str], "Client"]


@pytest.fixture
def run(scene: Any) -> "ReconciliationRun":
    from reconciliation.models import ReconciliationRun, RunState

    return ReconciliationRun.objects.filter(state=RunState.DONE).earliest("id")


def test_an_operator_runs_a_day_again_in_her_own_name(
    run: "ReconciliationRun", browser_of: Browsers, django_capture_on_commit_callbacks: Any
) -> None:
    from tests.backoffice.pressing import press

    with django_capture_on_commit_callbacks() as callbacks:
        assert press(browser_of("ada"), run, "again").status_code == 302
    (callback,) = [each for each in callbacks if getattr(each, "keywords", {}).get("account_code")]
    assert callback.keywords["account_code"] == run.account_code
    assert (callback.keywords["date"], callback.keywords["actor_kind"]) == (run.date.isoformat(), "user")


def test_an_auditor_may_not(run: "ReconciliationRun", browser_of: Browsers) -> None:
    from tests.backoffice.pressing import place_of, press

    assert press(browser_of("ola"), run, "again").status_code == 403
    assert b"Run again" not in browser_of("ola").get(place_of(run).url_of(run)).content
