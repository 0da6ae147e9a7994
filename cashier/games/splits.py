"""Cash and bonus in a stake and in a win (POSTINGS.md 3.8). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from cashier.bonuses.shares import Share, fill, proportion, sum_of


@dataclass(frozen=True, slots=True)
class Split:
    """Minor units of cash, and of each bonus."""

    playable_minor: int
    shares: tuple[Share, ...] = ()

    @property
    def bonus_minor(self) -> int:
        return sum_of(self.shares)

    @property
    def total_minor(self) -> int:
        return self.playable_minor + self.bonus_minor


def split_stake(amount_minor: int, *, playable_minor: int, offered: Sequence[Share], bonus_first: bool = False) -> Split:
    """Cash first, then what bonuses offer, or the other way round by the brand's rule.

    What neither covers stays with cash, whose account then refuses the posting.
    """
    wanted = amount_minor if bonus_first else max(amount_minor - playable_minor, 0)
    shares = fill(wanted, offered)
    return Split(amount_minor - sum_of(shares), shares)


def split_win(amount_minor: int, *, stake: Split) -> Split:
    """To where the stake came from, in its proportion; odd units to cash."""
    shares = proportion(amount_minor, shares=stake.shares, of_minor=stake.total_minor)
    return Split(amount_minor - sum_of(shares), shares)
