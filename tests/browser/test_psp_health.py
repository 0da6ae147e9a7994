"""PSP health as a person sees it, at a desk and on a phone (UX 4.7)."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Tab

pytestmark = pytest.mark.whole

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def play_hours(house: Any) -> None:
    """Four hours of authorisations at both accounts: one was slow for a while and then broke, the other is well."""
    from cashier.breakers import Change
    from cashier.models import Attempt, BreakerChange, BreakerState
    from cashier.operations.guarded import record_change
    from ledger.clock import real_now

    now = real_now()
    good, ill = house.accounts
    for number, attempt in enumerate(Attempt.objects.order_by("pk")):
        minutes = number * 11 % 240
        is_ill = number % 2 == 1
        attempt.merchant_account = ill if is_ill else good
        attempt.sent_at = now - timedelta(minutes=minutes)
        seconds = 6.2 if is_ill and minutes < 60 else 0.9
        attempt.outcome, attempt.decline_code = ("DECLINED", "insufficient_funds") if number % 6 == 0 else ("CAPTURED", "")
        attempt.answered_at = attempt.sent_at + timedelta(seconds=seconds)
        attempt.save()
    change = Change(BreakerState.CLOSED, BreakerState.OPEN, BreakerChange.Cause.FAILURES, calls=20, failures=14)
    record_change(ill, change, at=now - timedelta(minutes=33))
    closed = Change(BreakerState.HALF_OPEN, BreakerState.CLOSED, BreakerChange.Cause.PROBES_ANSWERED)
    record_change(ill, closed, at=now - timedelta(minutes=21))


@pytest.mark.spec("C9", "C17")
def test_health_at_a_desk_and_on_a_phone(house: Any, tab_of: Callable[..., Tab], redis: Any) -> None:
    play_hours(house)

    for name, width, dark in (("desk", 1440, False), ("phone", 390, False), ("dark", 1440, True)):
        tab = tab_of("ada", width=width, dark=dark)
        tab.go("/admin/psp-health/")
        text = tab.page.inner_text("body")

        assert "2 of 2 accounts take payments" in text
        assert "14 of 20 calls unanswered" in text
        assert tab.page.evaluate(OVERFLOW) <= 0
        assert tab.complaints == []
        if folder := os.environ.get("PICTURES"):
            tab.page.screenshot(path=str(Path(folder, f"psp-health-{name}.png")), full_page=True)

    tab.page.click("text=Pause or hold the circuit… >> nth=0")
    tab.page.wait_for_url("**/cashier/merchantaccount/**")
    assert "What guards its calls" in tab.page.inner_text("body")
