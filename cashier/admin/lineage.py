"""The player's page: which money the balance is made of, and where it may go back to (L18, P7)."""

from cashier.models import Player
from cashier.queries.lineage import Funding, list_funding
from cashier.queries.rails import name_of
from ledger.admin.frames import Panel, money_cell, ref_cell
from ledger.admin.frames.cells import NOT_THERE
from ledger.admin.frames.records import table

MOST = 50
_WORDS = {"deposit": "Deposit", "winnings": "Winnings", "bonus": "Bonus converted", "other": "Other credit"}
_HEADERS = [
    ("Since", "text"),
    ("From", "text"),
    ("Paid by", "text"),
    ("PSP account", "text"),
    ("Brought", "num"),
    ("Still here", "num"),
    ("Can go back", "num"),
]


def lineage_panel(player: Player) -> Panel:
    """The lots of the playable balances, oldest first: money that leaves takes the oldest first."""
    found = list_funding(player)
    more = f" · first {MOST} of {len(found):,}" if len(found) > MOST else ""
    note = f"oldest leaves first{more}"
    return table("What the balance is made of", _HEADERS, [_row(each) for each in found[:MOST]], empty="Nothing is playable.", note=note)


def _row(each: Funding) -> list[str]:
    means = " ".join(part for part in (name_of(each.method), each.masked) if part) if each.method else NOT_THERE
    return [
        f"{each.since.day}\u00a0{each.since:%b}\u00a0{each.since:%Y}",
        ref_cell(each.intent) if each.intent else _WORDS[each.origin],
        means,
        each.merchant_account or NOT_THERE,
        money_cell(each.brought_minor, each.asset),
        money_cell(each.open_minor, each.asset),
        money_cell(each.returnable_minor, each.asset) if each.intent else NOT_THERE,
    ]
