"""States as chips: tone, icon and word, so that colour can be taken away (UX 2.3). One map from state to chip per noun."""

from dataclasses import dataclass
from enum import StrEnum

from ledger.admin.frames.text import sentence


class Tone(StrEnum):
    BAD = "bad"
    ATTENTION = "attention"
    MOVING = "moving"
    GOOD = "good"
    IDLE = "idle"


ICONS = {Tone.BAD: "error", Tone.ATTENTION: "warning", Tone.MOVING: "sync", Tone.GOOD: "check_circle", Tone.IDLE: "remove"}


@dataclass(frozen=True, slots=True)
class Chip:
    tone: Tone
    icon: str
    word: str


_maps: dict[str, dict[str, Chip]] = {}


def chip_map(noun: str, **states: tuple[Tone, str]) -> None:
    """Register the chips of a noun ("case", "deposit"): STATE=(tone, word) or STATE=(tone, "word|icon")."""
    _maps[noun] = {state: _chip(tone, word) for state, (tone, word) in states.items()}


def get_chip(noun: str, state: str) -> Chip:
    """The chip of a state. A state that no map knows is shown in the attention tone, with its own name, never hidden."""
    return _maps.get(noun, {}).get(str(state)) or Chip(Tone.ATTENTION, "help", sentence(str(state)))


def known_states(noun: str) -> set[str]:
    """The states that the map of a noun covers."""
    return set(_maps.get(noun, {}))


def _chip(tone: Tone, text: str) -> Chip:
    word, _, icon = text.partition("|")
    return Chip(tone, icon or ICONS[tone], word)
