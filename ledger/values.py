"""Values of posting rules: a line of a journal transaction, in the ledger's own sign (debit +, credit -)."""

from typing import NamedTuple

from ledger.errors import UnbalancedPosting


class Line(NamedTuple):
    """One entry to be posted (POSTINGS.md section 1).

    kind: a kind of the chart of accounts. holder: public id of player, merchant account, bank account or legal entity.
    amount_minor: signed, never zero. ref: what it must clear against. label: fee kind and the like.
    """

    kind: str
    holder: str
    asset: str
    amount_minor: int
    ref: str = ""
    label: str = ""


def debit(kind: str, holder: str, asset: str, amount_minor: int, *, ref: str = "", label: str = "") -> Line:
    """A debit line; `amount_minor` above zero."""
    return Line(kind, holder, asset, _positive(amount_minor), ref, label)


def credit(kind: str, holder: str, asset: str, amount_minor: int, *, ref: str = "", label: str = "") -> Line:
    """A credit line; `amount_minor` above zero."""
    return Line(kind, holder, asset, -_positive(amount_minor), ref, label)


def _positive(amount_minor: int) -> int:
    if type(amount_minor) is not int or amount_minor <= 0:
        raise UnbalancedPosting(f"A line's amount is an int above zero, not {amount_minor!r}. Leave lines of zero out.")
    return amount_minor
