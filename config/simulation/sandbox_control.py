"""The sandbox's control calls (/_sim), as the simulation uses them. Contract: docs/sandbox.md."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from config.simulation.client import SimulationError
from config.simulation.truth import Mismatch, mismatch_from_row

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A report or statement that the sandbox wrote: what `ingest` needs of it. `account` is a code; one that is broken must be refused."""

    path: Path
    source: str
    account: str
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """What closing a day gave. `open_items`: movements not yet reported and transfers not yet on a statement."""

    files: tuple[WrittenFile, ...]
    truth: tuple[Mismatch, ...]
    open_items: int


class SandboxControl:
    """Drives one running sandbox."""

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=120.0, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def set_clock(self, now: datetime | None) -> None:
        """Set the books' time; None gives it real time again."""
        self._send("PUT", "/_sim/clock", {"now": now.isoformat() if now else None})

    def put_accounts(self, accounts: Mapping[str, Any]) -> None:
        """Tell it merchant and bank accounts; they are merged by code and kept."""
        self._send("PUT", "/_sim/accounts", accounts)

    def plan_faults(self, *, profile: object, seed: int, only: str | None) -> None:
        """The faults of the days closed from now on."""
        self._send("POST", "/_sim/faults", {"profile": profile, "seed": seed, **({"only": only} if only else {})})

    def give_back_reserves(self) -> None:
        """The PSPs give back what they kept of reserves that were due, and keep no more."""
        self._send("POST", "/_sim/reserves/give_back", {})

    def close_day(self, day: date, *, calm: bool = False) -> ClosedDay:
        """Write the papers of `day`, once; `calm` without any fault."""
        body = self._send("POST", "/_sim/close_day", {"date": day.isoformat(), **({"faults": "none"} if calm else {})})
        files = tuple(WrittenFile(Path(f["path"]), f["source"], f["account"], bool(f.get("refused"))) for f in body["files"])
        return ClosedDay(files, tuple(mismatch_from_row(row) for row in body["truth"]), sum(body["open"].values()))

    def open_dispute(self, merchant_reference: str) -> None:
        """The player's bank charges a captured payment back."""
        self._send("POST", "/_sim/disputes", {"merchant_reference": merchant_reference})

    def answer_challenge(self, url: str, outcome: str) -> None:
        """Do on the 3-DS page what the player does there, again while it is out of order. Where it leads back to is not followed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (response := self._http.post(url, data={"outcome": outcome})).status_code == 503 and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
        if response.status_code >= 400:
            raise SimulationError(f"challenge page answered {response.status_code}: {response.text[:200]}")

    def undelivered(self) -> int:
        """How many events and jobs of the sandbox are still to come."""
        body = self._send("GET", "/_sim/outbox")
        return int(body["pending"]) + int(body["due_jobs"])

    def books(self) -> dict[str, Any]:
        """What the sandbox charged and paid, by merchant reference."""
        return self._send("GET", "/_sim/books")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = self._http.request(method, path, json=body)
        except httpx.HTTPError as error:
            raise SimulationError(f"the sandbox does not answer {path}: {error}. See .local/log/sandbox.log.") from error
        if response.status_code >= 400:
            raise SimulationError(f"the sandbox refused {path}: {response.status_code} {response.text[:300]}")
        answer: dict[str, Any] = response.json()
        return answer
