"""What a row of the default set holds, and how severity follows from the SLA."""

from dataclasses import dataclass
from typing import Any

OPS, FIN, RISK, ENG = "payments_ops", "finance", "risk", "engineering"
_SEVERITY = {"2 h": "critical", "4 h": "high", "same day": "high", "1 d": "medium", "1 bd": "medium", "3 bd": "low", "7 d": "low"}
_CLOCK = {"h": "h", "d": "d", "bd": "bd", "day": "same_day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason code. `sla` is one of "2 h", "4 h", "same day", "1 d", "1 bd", "3 bd", "7 d"; `resolves` is empty for never.

    means, check, do, dont are the playbook's steps, for a person who has never seen the case.
    """

    code: str
    title: str
    group: str = "platform"
    category: str
    impact: str
    owner: str
    co_owner: str = ""
    sla: str
    raised: str
    resolves: str = ""
    means: str
    check: str
    do: str
    dont: str
    ends: tuple[str, ...]
    player: str = ""

    def as_row(self, rank: int) -> dict[str, Any]:
        """Column values of the ReasonCode model."""
        value, _, unit = self.sla.rpartition(" ")
        steps = (("What it means", self.means), ("Check", self.check), ("Do", self.do), ("Don't", self.dont))
        return {
            "code": self.code,
            "title": self.title,
            "group": self.group,
            "rank": rank,
            "category": self.category,
            "player_impact": self.impact,
            "owner_team": self.owner,
            "co_owner_team": self.co_owner,
            "sla_clock": _CLOCK[unit],
            "sla_value": int(value) if value.isdigit() else 0,
            "severity": _SEVERITY[self.sla],
            "raised_when": self.raised,
            "resolves_when": self.resolves,
            "playbook": [{"title": title, "text": text} for title, text in steps],
            "dispositions": list(self.ends),
            "player_text": self.player,
        }
