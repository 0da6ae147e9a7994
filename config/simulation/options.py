"""What simulate_day was asked for, checked before anything happens."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from config.simulation.seed import BANKS

PROFILES = ("none", "default", "hostile")


class BadOptions(Exception):
    """An option can't be used; the message says which and what would do."""


@dataclass(frozen=True, slots=True)
class Options:
    """deposits per day; seed; first day (None: yesterday of the entity); `profile`: a name or the object out of a file."""

    deposits: int
    seed: int
    first: date | None
    days: int
    accounts: int
    currencies: tuple[str, ...]
    profile: Any
    only: str | None
    peak: bool
    then: int
    concurrency: int

    @property
    def behaviour(self) -> str:
        """Whose mix of payment tokens the day uses: a profile of one's own has that of `default`."""
        return self.profile if isinstance(self.profile, str) else "default"


def read_options(given: dict[str, Any]) -> Options:
    """Raises BadOptions."""
    currencies = tuple(code.strip().upper() for code in given["currencies"].split(",") if code.strip())
    unknown = [code for code in currencies if code not in BANKS]
    if unknown or not currencies:
        raise BadOptions(f"--currencies {given['currencies']}: choose among {','.join(BANKS)}.")
    for name in ("deposits", "days", "accounts"):
        if given[name] < 1:
            raise BadOptions(f"--{name} {given[name]}: one or more is needed.")
    return Options(
        deposits=given["deposits"],
        seed=given["seed"],
        first=given["date"],
        days=given["days"],
        accounts=given["accounts"],
        currencies=currencies,
        profile=_profile(given["faults"]),
        only=given["only"],
        peak=given["peak"],
        then=given["then"],
        concurrency=given["concurrency"] * (4 if given["peak"] else 1),
    )


def _profile(text: str) -> Any:
    if text in PROFILES:
        return text
    try:
        profile = json.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise BadOptions(
            f"--faults {text}: neither {', '.join(PROFILES)} nor a JSON file ({error}). docs/sandbox.md gives the layout."
        ) from error
    if not isinstance(profile, dict):
        raise BadOptions(f"--faults {text}: a JSON object is needed. docs/sandbox.md gives the layout.")
    return profile
