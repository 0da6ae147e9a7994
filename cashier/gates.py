"""The gates of a deposit (K9), of the checks that there are: the player's state, KYC, the instrument, the region's licence, deposit limits
(K5). Pure. Screening, velocity, score and blocklists join them as they come; what a record names was asked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

PERIODS = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
PLAYER_CODES = {"SELF_EXCLUDED": "PLAYER_SELF_EXCLUDED", "BLOCKED": "PLAYER_BLOCKED", "CLOSED": "PLAYER_CLOSED"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What gates read. `limits`: {"day": minor units}, absent = none; `deposited`: what the player has deposited per period.

    `instrument_state`: of the stored instrument that is paid with, empty for a token alone. `region`: empty where it is not asked about;
    `licence`: the region's, empty where the brand names none, None where it may not take payments there.
    """

    player_state: str
    kyc_status: str
    kyc_level: int
    amount_minor: int
    limits: Mapping[str, int] = field(default_factory=dict)
    deposited: Mapping[str, int] = field(default_factory=dict)
    instrument_state: str = ""
    region: str = ""
    licence: str | None = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate's answer: its name, whether it is open, the refusal's code, and what it read."""

    name: str
    is_open: bool
    code: str
    inputs: dict[str, Any]


def deposit_gates(facts: Facts) -> list[Gate]:
    """Every gate's answer, in the order in which a refusal is told."""
    state, limits = facts.player_state, facts.limits.items()
    return [
        Gate("player_status", state == "ACTIVE", PLAYER_CODES.get(state, ""), {"state": state}),
        _kyc_gate(facts),
        *([_instrument_gate(facts)] if facts.instrument_state else []),
        *([_region_gate(facts)] if facts.region else []),
        *(_limit_gate(period, limit, facts.deposited.get(period, 0), facts.amount_minor) for period, limit in limits),
    ]


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


def _kyc_gate(facts: Facts) -> Gate:
    """Who was refused does not pay in; who is not yet known may, as far as limits and rules let them."""
    inputs = {"status": facts.kyc_status, "level": facts.kyc_level}
    return Gate("kyc", facts.kyc_status != "rejected", "KYC_REJECTED", inputs)


def _instrument_gate(facts: Facts) -> Gate:
    return Gate("instrument", facts.instrument_state != "BLOCKED", "INSTRUMENT_BLOCKED", {"state": facts.instrument_state})


def _region_gate(facts: Facts) -> Gate:
    return Gate("region", facts.licence is not None, "REGION_NOT_LICENSED", {"region": facts.region, "licence": facts.licence})


def _limit_gate(period: str, limit_minor: int, deposited_minor: int, amount_minor: int) -> Gate:
    inputs = {"limit_minor": limit_minor, "deposited_minor": deposited_minor, "amount_minor": amount_minor}
    return Gate(f"deposit_limit_{period}", deposited_minor + amount_minor <= limit_minor, "DEPOSIT_LIMIT", inputs)
