"""The gates of a deposit (K9, first cut): player active, not self-excluded or blocked, deposit limits (K5). Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
PLAYER_CODES = {"SELF_EXCLUDED": "PLAYER_SELF_EXCLUDED", "BLOCKED": "PLAYER_BLOCKED", "CLOSED": "PLAYER_CLOSED"}


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's answer: its name, whether it is open, the refusal's code, and what it read."""

    name: str
    is_open: bool
    code: str
    inputs: dict[str, Any]


def deposit_gates(*, player_state: str, limits: Mapping[str, int], deposited: Mapping[str, int], amount_minor: int) -> list[Gate]:
    """Every gate's answer. `limits`: {"day": minor units}, absent = none; `deposited`: what the player has deposited per period."""
    state = Gate("player_status", player_state == "ACTIVE", PLAYER_CODES.get(player_state, ""), {"state": player_state})
    return [state, *(_limit_gate(period, limit, deposited.get(period, 0), amount_minor) for period, limit in limits.items())]


def first_closed(gates: list[Gate]) -> Gate | None:
    """The gate that refuses, if any."""
    return next((gate for gate in gates if not gate.is_open), None)


def record_of(gates: list[Gate], *, moment: str, at: datetime) -> dict[str, Any]:
    """The record that the intent keeps: {at, moment, gates}."""
    return {"at": at.isoformat(), "moment": moment, "gates": [asdict(gate) for gate in gates]}


def limits_of(limits: Mapping[str, Any], currency: str) -> dict[str, int]:
    """{"deposit": {"EUR": {"day_minor": 100}}} -> {"day": 100}, for one currency."""
    rows = limits.get("deposit", {}).get(currency, {})
    return {period: int(rows[f"{period}_minor"]) for period in PERIODS if rows.get(f"{period}_minor") is not None}


def _limit_gate(period: str, limit_minor: int, deposited_minor: int, amount_minor: int) -> Gate:
    inputs = {"limit_minor": limit_minor, "deposited_minor": deposited_minor, "amount_minor": amount_minor}
    return Gate(f"deposit_limit_{period}", deposited_minor + amount_minor <= limit_minor, "DEPOSIT_LIMIT", inputs)
