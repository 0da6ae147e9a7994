"""simulate_day says no in one line, with what to do instead; nothing is played then."""

import pytest

from config.management.commands.simulate_day import Command
from tests.journeys.living import LivingStack


def _played() -> tuple[int, int]:
    from cashier.models import DepositIntent
    from reconciliation.models import SourceFile

    return DepositIntent.objects.count(), SourceFile.objects.count()


@pytest.mark.spec("Z2")
def test_it_refuses_where_time_is_real(stack: LivingStack) -> None:
    before = _played()

    done = stack.manage("simulate_day", "--deposits", "5", "--seed", "1", SIMULATION="false")

    assert done.returncode == 1
    assert "Set SIMULATION=1" in done.stderr.strip().splitlines()[-1]
    assert _played() == before


@pytest.mark.spec("Z2")
def test_a_bad_option_is_a_clear_line_and_exit_2(stack: LivingStack, capsys: pytest.CaptureFixture[str]) -> None:
    """As manage.py runs it. The others are in tests/simulation/test_options.py."""
    before = _played()

    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "simulate_day", "--deposits", "5", "--seed", "1", "--currencies", "EUR,XYZ"])

    assert end.value.code == 2
    assert "--currencies EUR,XYZ: choose among EUR,SEK,GBP,USD,JPY,KWD." in capsys.readouterr().err.strip().splitlines()[-1]
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
