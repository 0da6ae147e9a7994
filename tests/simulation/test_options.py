"""Options of simulate_day that can't be so: refused before anything is started, in words that say what to do."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.spec("Z2")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--currencies", "EUR,XYZ"), "--currencies EUR,XYZ: choose among EUR,SEK,GBP,USD,JPY,KWD."),
        (("--deposits", "0"), "--deposits 0: one or more is needed."),
        (("--days", "0"), "--days 0: one or more is needed."),
        (("--faults", "gentle"), "--faults gentle: neither none, default, hostile nor a JSON file"),
        (("--only", "NO_SUCH_CODE"), "--only NO_SUCH_CODE: choose among "),
        (("--truth", "/nowhere/t.jsonl"), "--truth /nowhere/t.jsonl: no file can be written in /nowhere."),
    ],
)
def test_a_bad_option_is_named_with_what_to_choose(settings: Any, options: tuple[str, ...], said: str) -> None:
    settings.SIMULATION = True
    with pytest.raises(CommandError) as refusal:
        call_command("simulate_day", "--deposits", "5", "--seed", "1", *options)
    assert (refusal.value.returncode, str(refusal.value)[: len(said)]) == (2, said)


@pytest.mark.spec("Z2")
@pytest.mark.parametrize(
    ("options", "said"), [(("--date", "yesterday"), "argument --date: invalid"), (("--unknown",), "unrecognized arguments: --unknown")]
)
def test_what_is_no_option_is_named(settings: Any, options: tuple[str, ...], said: str) -> None:
    settings.SIMULATION = True
    with pytest.raises(CommandError, match=said):
        call_command("simulate_day", "--deposits", "5", "--seed", "1", *options)


@pytest.mark.spec("Z2")
def test_a_profile_that_names_no_fault_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.SIMULATION = True
    profile = tmp_path / "profile.json"
    profile.write_text('{"v": 1, "codes": {"NO_SUCH_CODE": {"count": 1}}}')
    with pytest.raises(CommandError, match=r"docs/sandbox\.md gives the layout"):
        call_command("simulate_day", "--deposits", "5", "--seed", "1", "--faults", str(profile))
