"""The strip of the last four hours: a cell for each ten minutes, and the same in words. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from cashier.queries.health import SLOT, STRIP, Track
from cashier.queries.incidents import Incident

CELLS = STRIP // SLOT
FAILING_SHARE = 0.2
GOOD, NOTHING = "good", "nothing"
WORDS = {"open": "circuit open", "failing": "no answers", "slow": "slow"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Ten minutes. `state`: open (the circuit was, for some of it), failing, slow, good, nothing."""

    start: datetime
    state: str

    @property
    def words(self) -> str:
        return f"{self.start:%H:%M} {WORDS.get(self.state, 'no calls' if self.state == NOTHING else 'well')}"


def cells_of(slots: Mapping[int, Track], incidents: Sequence[Incident], *, now: datetime, slow: timedelta) -> list[Cell]:
    """The cells up to now, oldest first."""
    last = int(now.timestamp() // SLOT.total_seconds())
    return [_cell(number, slots.get(number), incidents, slow) for number in range(last - CELLS + 1, last + 1)]


def words_of(cells: Sequence[Cell]) -> str:
    """ "slow 21:40 to 22:10, circuit open 22:10 to 22:20"; in UTC."""
    spans = []
    for state, group in groupby(cells, key=lambda cell: cell.state):
        members = list(group)
        if state in WORDS:
            spans.append(f"{WORDS[state]} {members[0].start:%H:%M} to {members[-1].start + SLOT:%H:%M}")
    if spans:
        return ", ".join(spans)
    return "no incident" if any(cell.state == GOOD for cell in cells) else "no calls"


def _cell(number: int, track: Track | None, incidents: Sequence[Incident], slow: timedelta) -> Cell:
    start = datetime.fromtimestamp(number * SLOT.total_seconds(), UTC)
    if any(incident.began_at < start + SLOT and (incident.ended_at is None or incident.ended_at > start) for incident in incidents):
        return Cell(start, "open")
    return Cell(start, _state_of(track, slow))


def _state_of(track: Track | None, slow: timedelta) -> str:
    if track is None or not track.answered + track.unanswered:
        return NOTHING
    if track.unanswered >= FAILING_SHARE * max(track.answered, track.unanswered):
        return "failing"
    return "slow" if track.p95 is not None and track.p95 > slow else GOOD
