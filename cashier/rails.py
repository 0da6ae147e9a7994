"""What a row of the rail catalogue says, and when it is finished (C23). Pure: values in, values out.

A row is the body of a RailVersion: {"name", "finality", "match_key", "bank_method", "has_authorization", "manual_capture", "refundable",
"expected_minutes", "expiry_minutes", "pending_days", "authorised_days", "window_days", "status_map": {outcome: state},
"usual_exceptions": [reason code], "sign_off": {item: evidence}}. Drafts may lack any of it; what goes live may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cashier.decisions import state_after
from cashier.psp.base import Outcome
from ledger.shadowing import SIGN_OFF

Body = dict[str, Any]

FINALITY = {
    "capture": "with the PSP's capture",
    "acceptance": "seen when the rail accepts it, credited when the PSP says captured",
    "return_window": "with the PSP's capture; may be returned afterwards",
    "confirmations": "after confirmations on the chain",
}
MATCH_KEYS = {
    "psp_object": "our deposit and the PSP's capture id",
    "our_reference": "our capture's id",
    "end_to_end_id": "the transfer's end-to-end id on our statement",
    "transaction_hash": "the chain's transaction hash",
}
BANK_METHODS = {"batch_net": "in the PSP's payout of a batch, net", "single": "each by itself", "chain": "not at a bank: on the chain"}
# What nothing here can post or match yet: a row that needs it stays a draft.
NOT_BUILT = {"finality": ("confirmations",), "match_key": ("end_to_end_id", "transaction_hash"), "bank_method": ("single", "chain")}
CHOICES: dict[str, tuple[str, Mapping[str, str]]] = {
    "finality": ("When it is final", FINALITY),
    "match_key": ("What a report's line is matched by", MATCH_KEYS),
    "bank_method": ("How its money reaches our bank", BANK_METHODS),
}
YES_NO = {
    "has_authorization": "Authorised before it is captured",
    "manual_capture": "May be captured later, by hand or in parts",
    "refundable": "Can be refunded",
}
NUMBERS: dict[str, tuple[str, int, int]] = {  # label, least, most
    "expected_minutes": ("Usually ends within, minutes", 1, 14 * 24 * 60),
    "expiry_minutes": ("Ends unfinished after, minutes", 1, 7 * 24 * 60),
    "pending_days": ("Waits for the money at most, days", 1, 30),
    "authorised_days": ("An authorisation holds for, days", 0, 30),
    "window_days": ("On a settlement report within, bank days", 0, 10),
}
OUTCOMES = tuple(outcome for outcome in Outcome if outcome not in (Outcome.UNKNOWN, Outcome.SUBMITTED))  # answers to an authorisation
_LEAST_EVIDENCE = 10
_MOST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Rail:
    """A row in force. Minutes and days as the product's clock counts them; `window_days` are bank days after the business day (R7)."""

    method: str
    name: str
    has_authorization: bool
    manual_capture: bool
    refundable: bool
    expiry_minutes: int
    pending_days: int
    authorised_days: int
    window_days: int


def read_rail(method: str, body: Body) -> Rail:
    """The row of a finished body."""
    return Rail(method, **{name: body[name] for name in Rail.__dataclass_fields__ if name != "method"})


def problems_of(body: Body) -> list[str]:
    """Why a body can't go live, each in a sentence; empty where it can."""
    return [*shape_problems(body), *_missing(body), *_not_built(body), *_of_statuses(body), *_unsigned(body)]


def shape_problems(body: Any) -> list[str]:
    """What is no value of its field: such a body is not even saved as a draft."""
    if not isinstance(body, dict):
        return ["A row is an object."]
    told = [f"“{name}” is no field of a rail." for name in sorted(set(body) - set(FIELDS))]
    told += [problem for name, (label, is_sound) in FIELDS.items() if name in body for problem in _unsound(name, label, body, is_sound)]
    return told


def _unsound(name: str, label: str, body: Body, is_sound: Any) -> list[str]:
    return [] if is_sound(body[name]) else [f"{label}: {_bounds(name)}."]


def _bounds(name: str) -> str:
    if name in NUMBERS:
        _, least, most = NUMBERS[name]
        return f"a whole number from {least} to {most:,}"
    if name in CHOICES:
        return f"one of {', '.join(CHOICES[name][1])}"
    return "yes or no" if name in YES_NO else _OTHER_BOUNDS[name]


_OTHER_BOUNDS = {
    "name": "a name of at most 40 letters",
    "status_map": "outcomes of an authorisation, each with a state",
    "usual_exceptions": "reason codes, each once",
    "sign_off": "for each item what proves it, in at most 500 letters",
}


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= most and value.isprintable()


def _is_statuses(value: Any) -> bool:
    return isinstance(value, dict) and all(key in OUTCOMES and isinstance(state, str) for key, state in value.items())


def _is_codes(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(code, 64) for code in value) and len(set(value)) == len(value)


def _is_sign_off(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= set(SIGN_OFF) and all(_is_text(text, _MOST_TEXT) for text in value.values())


def _is_number(name: str) -> Any:
    _, least, most = NUMBERS[name]
    return lambda value: type(value) is int and least <= value <= most


def _is_choice(name: str) -> Any:
    return lambda value: isinstance(value, str) and value in CHOICES[name][1]


FIELDS: dict[str, tuple[str, Any]] = {
    "name": ("Name", lambda value: _is_text(value, 40)),
    **{name: (label, _is_choice(name)) for name, (label, _) in CHOICES.items()},
    **{name: (label, lambda value: isinstance(value, bool)) for name, label in YES_NO.items()},
    **{name: (label, _is_number(name)) for name, (label, _, _) in NUMBERS.items()},
    "status_map": ("What each answer leads to", _is_statuses),
    "usual_exceptions": ("Usual exceptions", _is_codes),
    "sign_off": ("Signed off", _is_sign_off),
}


def _missing(body: Body) -> list[str]:
    lacking = [label for name, (label, _) in FIELDS.items() if name != "sign_off" and body.get(name) in (None, {}, [])]
    return [f"Not said yet: {', '.join(lacking)}."] if lacking else []


def _not_built(body: Body) -> list[str]:
    rows = [(CHOICES[name][0], CHOICES[name][1][body[name]]) for name, values in NOT_BUILT.items() if body.get(name) in values]
    return [f"{label}: “{words}” can't be posted or matched here yet." for label, words in rows]


def _of_statuses(body: Body) -> list[str]:
    """The map must say what the cashier does, and be whole for a rail of its kind."""
    said = body.get("status_map")
    if not said or not _is_statuses(said):
        return []
    told = [
        f"{outcome} leads to {state_after(Outcome(outcome))} here, not to {state}."
        for outcome, state in said.items()
        if state != state_after(Outcome(outcome))
    ]
    if Outcome.CAPTURED not in said or Outcome.DECLINED not in said:
        told.append("Every rail answers CAPTURED and DECLINED at times: say what they lead to.")
    if bool(body.get("has_authorization")) != (Outcome.APPROVED in said):
        told.append("APPROVED belongs to a rail that authorises before it captures, and to no other.")
    if body.get("finality") == "acceptance" and Outcome.PENDING not in said:
        told.append("A rail that is seen before it is final answers PENDING.")
    if body.get("manual_capture") and not body.get("has_authorization"):
        told.append("Only what was authorised is captured by hand.")
    return told


def _unsigned(body: Body) -> list[str]:
    signed = body.get("sign_off") if _is_sign_off(body.get("sign_off")) else {}
    lacking = [words for item, words in SIGN_OFF.items() if len(str((signed or {}).get(item, "")).strip()) < _LEAST_EVIDENCE]
    return [f"Not signed off, with what proves it: {', '.join(lacking)}."] if lacking else []
