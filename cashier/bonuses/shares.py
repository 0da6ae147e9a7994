"""Parts of an amount that belong to bonuses. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Share:
    """Minor units of one bonus in a stake or a win; `bonus_id` is its public id's uuid."""

    bonus_id: UUID
    amount_minor: int


def fill(amount_minor: int, offered: Sequence[Share]) -> tuple[Share, ...]:
    """Take the amount from what bonuses offer, the first ones first; as far as it goes."""
    taken: list[Share] = []
    for share in offered:
        part = min(share.amount_minor, amount_minor)
        if part:
            taken.append(Share(share.bonus_id, part))
            amount_minor -= part
    return tuple(taken)


def proportion(amount_minor: int, *, shares: Sequence[Share], of_minor: int) -> tuple[Share, ...]:
    """The parts of a win that belong to these shares of a stake of `of_minor`, each rounded down."""
    parts = (Share(share.bonus_id, amount_minor * share.amount_minor // of_minor) for share in shares)
    return tuple(part for part in parts if part.amount_minor)


def sum_of(shares: Sequence[Share]) -> int:
    return sum(share.amount_minor for share in shares)
