"""What every fault needs at hand: the day, one account's books, a seeded choice that never takes an object twice."""

import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.sandbox.clock import local, to_text
from config.sandbox.faults.plan import how_many
from config.sandbox.sandbox import Sandbox

BEFORE_MIDNIGHT = timedelta(minutes=10)


@dataclass(slots=True)
class Breaker:
    """Faults of one merchant account on one day. `truth` collects a row for each."""

    connection: sqlite3.Connection
    sandbox: Sandbox
    account: sqlite3.Row
    day: date
    plan: Mapping[str, Any]
    candidates: Mapping[str, Sequence[str]]
    used: set[str]
    truth: list[dict[str, Any]] = field(default_factory=list)
    grouped: dict[str, dict[str, Any]] = field(default_factory=dict)  # truth rows that further breaks of the day add to
    _moments: int = 0

    def random_for(self, code: str) -> random.Random:
        """The generator of one code: other codes don't disturb its choice."""
        return random.Random(f"{self.plan.get('seed', 0)}:{self.day}:{self.account['code']}:{code}")

    def choose(self, code: str, rows: Sequence[sqlite3.Row], *, key: Callable[[sqlite3.Row], str]) -> list[sqlite3.Row]:
        """As many of `rows` as the plan wants, none of them touched before; they are then. `key` names the object."""
        rule = self.plan.get("codes", {}).get(code)
        if rule is None:
            return []
        allowed = self.candidates.get(code)
        free = [row for row in rows if key(row) not in self.used and (allowed is None or row["merchant_reference"] in allowed)]
        source = self.random_for(code)
        chosen = source.sample(free, how_many(rule, candidates=len(free), random_source=source))
        self.used.update(key(row) for row in chosen)
        return chosen

    def count(self, code: str, *, of: int) -> int:
        """How many of a code that needs no object; `of` is the number that a share refers to."""
        rule = self.plan.get("codes", {}).get(code)
        return 0 if rule is None else how_many(rule, candidates=max(of, 1), random_source=self.random_for(code))

    def late_moment(self) -> str:
        """An instant in the day's last minutes, a second after the one before."""
        midnight = datetime.combine(self.day + timedelta(days=1), time(), tzinfo=ZoneInfo(self.account["zone"]))
        self._moments += 1
        return to_text(midnight - BEFORE_MIDNIGHT + timedelta(seconds=self._moments))

    def tell(
        self,
        code: str,
        *,
        amount_minor: int,
        currency: str,
        occurred_at: str,
        merchant_reference: str | None,
        psp_reference: str | None,
        account: str | None = None,
    ) -> None:
        """Write the truth row of a fault of this account, or of what shows in another `account`'s report."""
        row = truth_row(
            code,
            account=account or self.account["code"],
            business_date=local(occurred_at, self.account["zone"]).date(),
            amount_minor=amount_minor,
            currency=currency,
            merchant_reference=merchant_reference,
            psp_reference=psp_reference,
        )
        self.truth.append(row)


def truth_row(
    code: str,
    *,
    account: str,
    business_date: date,
    amount_minor: int,
    currency: str,
    merchant_reference: str | None = None,
    psp_reference: str | None = None,
    bank_reference: str | None = None,
) -> dict[str, Any]:
    """A `mismatch` row of the truth file (INTERFACES.md 2)."""
    keys = {"merchant_reference": merchant_reference, "psp_reference": psp_reference, "bank_reference": bank_reference}
    return {
        "kind": "mismatch",
        "code": code,
        "account": account,
        "business_date": business_date.isoformat(),
        "currency": currency,
        "amount_minor": amount_minor,
        "keys": keys,
    }


def other_amount(amount_minor: int, source: random.Random) -> int:
    """A wrong amount: 1 to 20 % off, either way, never 0 and never the same."""
    difference = max(1, min(amount_minor - 1, int(amount_minor * source.uniform(0.01, 0.2)))) if amount_minor > 1 else 1
    return amount_minor + difference if amount_minor == 1 or source.random() < 0.5 else amount_minor - difference
