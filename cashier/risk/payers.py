"""Whether who paid is who plays (K10). Pure: what the rail named, what the player is called, in; a verdict with its reason, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cashier.risk.letters import is_readable
from cashier.risk.names import holders_of, likeness

RULE = "payer@1"
HIDDEN = "(kept sealed)"
NAME_KEYS = ("verified_name", "ownerName", "bankAccount.ownerName", "sepadirectdebit.ownerName", "ideal.ownerName")
IBAN_KEYS = ("iban", "bankAccount.iban", "sepadirectdebit.iban", "consumerIban")


@dataclass(frozen=True, slots=True)
class Payer:
    """Who paid, as the rail named them. Personal data: never part of repr, so never in a log."""

    name: str = field(default="", repr=False)
    iban: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.name or self.iban)


@dataclass(frozen=True, slots=True)
class Person:
    """The player: every name that they are known by, and the IBANs known to be theirs. Personal data."""

    names: Sequence[str] = field(default=(), repr=False)
    ibans: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_same` None: can't be said. `reason`: one of REASONS; `score` 0 to 100, None where no names were compared."""

    is_same: bool | None
    reason: str
    score: int | None = None


REASONS = {
    "iban_agrees": "the IBAN is the player's",
    "name_agrees": "the name is the player's",
    "accepted_before": "a person accepted this payer for this player before",
    "name_differs": "the payer has another name",
    "iban_differs": "the IBAN is not one of the player's, and no name was given",
    "joint_account": "the account has several holders",
    "other_script": "a name is in a script that can't be compared by machine",
    "no_identity": "the player's name is not known",
}


def compare(payer: Payer, person: Person, *, threshold: int) -> Verdict:
    """The verdict on a payer that the rail named. `threshold`: the likeness from which two names are one."""
    ibans = {_iban(text) for text in person.ibans if text}
    if payer.iban and _iban(payer.iban) in ibans:
        return Verdict(True, "iban_agrees")
    if not payer.name:
        return Verdict(False if ibans else None, "iban_differs" if ibans else "no_identity")
    names = [name for name in person.names if name.strip()]
    if not names:
        return Verdict(None, "no_identity")
    score = max(likeness(payer.name, name) for name in names)
    if len(holders_of(payer.name)) > 1:
        return Verdict(False, "joint_account", score)
    if score >= threshold:
        return Verdict(True, "name_agrees", score)
    if not all(map(is_readable, (payer.name, *names))):
        return Verdict(None, "other_script", score)
    return Verdict(False, "name_differs", score)


def payer_in(body: Any) -> Payer:
    """The payer that a provider's answer names: `payer` {name, iban} in the plain form, verified names and account owners elsewhere.

    What the player typed beside a card is not the rail's word, and is not read.
    """
    if isinstance(body, Mapping) and isinstance(body.get("payer"), Mapping):
        return Payer(_text(body["payer"].get("name")), _text(body["payer"].get("iban")))
    return Payer(_first(body, NAME_KEYS), _first(body, IBAN_KEYS))


def without_payer(body: Any) -> Any:
    """The answer with all that names the payer taken out: so it is stored (S6)."""
    if isinstance(body, Mapping):
        return {key: HIDDEN if value and key in _PRIVATE else without_payer(value) for key, value in body.items()}
    return [without_payer(value) for value in body] if isinstance(body, list) else body


_PRIVATE = frozenset({"payer", "billing_details", "cardHolderName", "shopperName", "holderName", *NAME_KEYS, *IBAN_KEYS})


def _first(body: Any, keys: Sequence[str]) -> str:
    if isinstance(body, Mapping):
        found = next((_text(body[key]) for key in keys if body.get(key) and isinstance(body[key], str)), "")
        return found or next((text for value in body.values() if (text := _first(value, keys))), "")
    return next((text for value in body if (text := _first(value, keys))), "") if isinstance(body, list) else ""


def _text(value: Any) -> str:
    return " ".join(str(value or "").split())[:200]


def _iban(text: str) -> str:
    return "".join(text.split()).upper()
