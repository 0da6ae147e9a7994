"""simulate_day says no in one line, with what to do instead; nothing is played then."""

from collections.abc import Callable
from typing import Any

import pytest

from config.management.commands.simulate_day import Command
from tests.journeys.living import LivingStack

pytestmark = pytest.mark.whole


def _played() -> tuple[int, int]:
    from cashier.models import DepositIntent
    from reconciliation.models import SourceFile

    return DepositIntent.objects.count(), SourceFile.objects.count()


Refused = Callable[..., tuple[object, str]]


@pytest.fixture
def refused(stack: LivingStack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Refused:
    """As manage.py runs it, up to a refusal of its options: the exit code and the last line that it says.

    Not beyond that: it would furnish the stack's PSP with this process's secrets, which are not the stack's.
    """
    monkeypatch.setenv("SANDBOX_URL", stack.running.urls["sandbox"])

    def run(*arguments: str) -> tuple[object, str]:
        with pytest.raises(SystemExit) as end:
            Command().run_from_argv(["manage.py", "simulate_day", "--seed", "1", "--base-url", stack.web, *arguments])
        return end.value.code, capsys.readouterr().err.strip().splitlines()[-1]

    return run


@pytest.mark.spec("Z2")
def test_it_refuses_where_time_is_real(refused: Refused, settings: Any) -> None:
    before = _played()
    settings.SIMULATION = False

    code, said = refused("--deposits", "5")

    assert code == 1
    assert "Set SIMULATION=1" in said
    assert _played() == before


@pytest.mark.spec("Z2")
def test_a_bad_option_is_a_clear_line_and_exit_2(refused: Refused) -> None:
    """The others are in tests/simulation/test_options.py."""
    before = _played()

    code, said = refused("--deposits", "5", "--currencies", "EUR,XYZ")

    assert code == 2
    assert "--currencies EUR,XYZ: choose among EUR,SEK,GBP,USD,JPY,KWD." in said
    assert _played() == before


@pytest.mark.spec("Z2")
def test_a_day_whose_papers_are_in_is_not_played_again(stack: LivingStack) -> None:
    from reconciliation.models import SettlementBatch

    # Given a day that was played
    newest = SettlementBatch.objects.order_by("-business_date").first()
    if newest is None:
        day = stack.next_day()
        stack.simulated("--deposits", "3", "--seed", "1", "--faults", "none", "--date", day.isoformat())
        newest = SettlementBatch.objects.latest("business_date")
    before = _played()

    # When it is asked for again
    done = stack.manage("simulate_day", "--deposits", "3", "--seed", "1", "--date", newest.business_date.isoformat())

    # Then nothing is played, and the day that could be is named
    assert done.returncode == 1
    assert f"The papers of {newest.business_date} are in already. Choose --date " in done.stderr.strip().splitlines()[-1]
    assert _played() == before
