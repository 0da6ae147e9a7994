"""What simulate_day was asked for, checked before anything happens."""

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from config.sandbox.faults.plan import CODES as SANDBOX_CODES
from config.sandbox.faults.plan import make_plan
from config.sandbox.messages import Refused
from config.simulation.corrupt import CODES as BOOK_CODES
from config.simulation.seed import BANKS

PROFILES = ("none", "default", "hostile")
CODES = (*SANDBOX_CODES, *BOOK_CODES)


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
    each: tuple[str, ...]
    peak: bool
    then: int
    concurrency: int
    segments: int

    @property
    def behaviour(self) -> str:
        """Whose mix of payment tokens the day uses: a profile of one's own has that of `default`."""
        return self.profile if isinstance(self.profile, str) else "default"

    @property
    def is_calm(self) -> bool:
        """Whether nothing at all is broken."""
        return self.profile == "none" and not (self.only or self.each)

    def codes_of(self, number: int) -> tuple[str, ...]:
        """What may be broken on the day of this number, from 0."""
        if self.each:
            return (self.each[number],)
        return (self.only,) if self.only else tuple(make_plan({"profile": self.profile})["codes"])


def read_options(given: dict[str, Any]) -> Options:
    """Raises BadOptions."""
    currencies = tuple(code.strip().upper() for code in given["currencies"].split(",") if code.strip())
    unknown = [code for code in currencies if code not in BANKS]
    if unknown or not currencies:
        raise BadOptions(f"--currencies {given['currencies']}: choose among {','.join(BANKS)}.")
    for name in ("deposits", "days", "accounts", "concurrency", "segments"):
        if given[name] < 1:
            raise BadOptions(f"--{name} {given[name]}: one or more is needed.")
    if given["only"] and given["only"] not in CODES:
        raise BadOptions(f"--only {given['only']}: choose among {', '.join(CODES)}.")
    each = _codes(given["each"])
    _check_truth(given["truth"])
    return Options(
        deposits=given["deposits"],
        seed=given["seed"],
        first=given["date"],
        days=len(each) or given["days"],
        accounts=given["accounts"],
        currencies=currencies,
        profile=_profile(given["faults"]),
        only=given["only"],
        each=each,
        peak=given["peak"],
        then=given["then"],
        concurrency=given["concurrency"] * (4 if given["peak"] else 1),
        segments=given["segments"],
    )


def _codes(text: str | None) -> tuple[str, ...]:
    """The codes of --each, in the order given; all that can be made, in the order in which they are listed, for `all`."""
    if not text:
        return ()
    codes = CODES if text == "all" else tuple(code.strip() for code in text.split(",") if code.strip())
    unknown = [code for code in codes if code not in CODES]
    if unknown:
        raise BadOptions(f"--each {','.join(unknown)}: choose among {', '.join(CODES)}.")
    return codes


def _profile(text: str) -> Any:
    if text in PROFILES:
        return text
    try:
        profile = json.loads(Path(text).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise BadOptions(
            f"--faults {text}: neither {', '.join(PROFILES)} nor a JSON file ({error}). docs/sandbox.md gives the layout."
        ) from error
    try:
        make_plan({"profile": profile})
    except Refused as refusal:
        raise BadOptions(f"--faults {text}: {refusal}. docs/sandbox.md gives the layout.") from refusal
    return profile


def _check_truth(path: Path | None) -> None:
    """Found out now, not after the day was played."""
    folder = path.absolute().parent if path else None
    if folder is not None and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise BadOptions(f"--truth {path}: no file can be written in {folder}.")
