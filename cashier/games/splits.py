"""Cash and bonus in a stake and in a win (POSTINGS.md 3.8). Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Split:
    """Minor units of cash and of bonus."""

    playable_minor: int
    bonus_minor: int

    @property
    def total_minor(self) -> int:
        return self.playable_minor + self.bonus_minor


def split_stake(amount_minor: int, *, playable_minor: int, bonus_minor: int) -> Split:
    """Cash first, then bonus; what neither covers stays with cash, whose account then refuses the posting."""
    from_bonus = min(max(amount_minor - playable_minor, 0), bonus_minor)
    return Split(amount_minor - from_bonus, from_bonus)


def split_win(amount_minor: int, *, stake: Split) -> Split:
    """To where the stake came from, in its proportion; the odd unit to cash."""
    to_bonus = amount_minor * stake.bonus_minor // stake.total_minor
    return Split(amount_minor - to_bonus, to_bonus)
