"""Scheme caps on tries of a card: arithmetic (C11)."""

from datetime import UTC, datetime, timedelta

import pytest

from cashier.routing.caps import Cap, Try, reason_to_stop

pytestmark = pytest.mark.spec("C11")
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
MASTERCARD = Cap("mastercard", ((10, 24), (35, 720)), never_advice=frozenset({"03", "21"}))
VISA = Cap("visa", ((15, 720),), never_codes=frozenset({"stolen_card"}))


def tries(count: int, *, hours: int, code: str = "do_not_honour", advice: str = "") -> list[Try]:
    return [Try(NOW - timedelta(hours=hours), code, advice)] * count


def test_tries_are_counted_in_their_windows() -> None:
    assert reason_to_stop(MASTERCARD, tries(9, hours=1), now=NOW) == ""
    assert reason_to_stop(MASTERCARD, tries(10, hours=23), now=NOW) == "declined 10 times in 24 hours; mastercard allows 10"
    assert reason_to_stop(MASTERCARD, tries(34, hours=25), now=NOW) == ""
    assert reason_to_stop(MASTERCARD, tries(35, hours=719), now=NOW) == "declined 35 times in 30 days; mastercard allows 35"
    assert reason_to_stop(MASTERCARD, tries(40, hours=720), now=NOW) == ""
    assert reason_to_stop(VISA, tries(14, hours=1), now=NOW) == ""
    assert "visa allows 15" in reason_to_stop(VISA, tries(15, hours=700), now=NOW)


def test_some_declines_are_final() -> None:
    assert "stolen_card" in reason_to_stop(VISA, tries(1, hours=700, code="stolen_card"), now=NOW)
    assert reason_to_stop(VISA, tries(1, hours=721, code="stolen_card"), now=NOW) == ""
    assert "03" in reason_to_stop(MASTERCARD, tries(1, hours=5, advice="03"), now=NOW)
    assert reason_to_stop(MASTERCARD, tries(1, hours=5, code="stolen_card"), now=NOW) == ""
