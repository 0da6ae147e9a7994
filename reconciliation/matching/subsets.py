"""Which of several amounts come to a total, where only one choice does (R5). Pure."""

from collections.abc import Iterator, Sequence

MOST_PARTS = 5
MOST_CANDIDATES = 24  # choices of five of them are 55,454: looked at whole, in a moment


def only_choice(amounts: Sequence[int], total: int) -> tuple[int, ...] | None:
    """Places of the one choice of at most five amounts that comes to the total; None where there is none, a second one, or where so
    many are to choose from that the search would have to be cut short: then nobody has proved that there is no second.

    Amounts and total are minor units above zero.
    """
    if len(amounts) > MOST_CANDIDATES or total <= 0:
        return None
    found = choices(amounts, total)
    first = next(found, None)
    return first if first is not None and next(found, None) is None else None


def choices(amounts: Sequence[int], total: int) -> Iterator[tuple[int, ...]]:
    """Every choice of one to five places whose amounts come to the total."""
    order = sorted(range(len(amounts)), key=lambda place: (amounts[place], place))
    yield from _from([(amounts[place], place) for place in order], 0, total, ())


def _from(pairs: Sequence[tuple[int, int]], start: int, left: int, taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for place in range(start, len(pairs)):
        amount, index = pairs[place]
        if amount > left:  # the smallest come first: nothing behind it fits either
            return
        if amount == left:
            yield tuple(sorted((*taken, index)))
        elif len(taken) + 1 < MOST_PARTS:
            yield from _from(pairs, place + 1, left - amount, (*taken, index))
