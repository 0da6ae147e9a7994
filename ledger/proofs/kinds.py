"""Kinds of postings that no row of an item explains, for people decided them: each is named by its approval, or by its books before."""

# Acts of people (POSTINGS.md 3.10 and section 5), and balances taken over from books before these.
DECIDED_BY_PEOPLE = (
    "ITEM_WRITTEN_OFF", "ITEM_ACCEPTED_AS_LOSS", "ITEM_MOVED_OUTSIDE", "ITEM_TAKEN_FROM_PLAYER", "ITEM_GIVEN_TO_PLAYER",
    "SURPLUS_RELEASED", "WRITE_OFF_RECOVERED", "REVERSAL", "REVERSAL_FROM_HOLD", "OPENING_BALANCE",
)  # fmt: skip
