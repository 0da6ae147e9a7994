"""Chart of accounts (L5; POSTINGS.md section 2)."""

from dataclasses import dataclass
from typing import Literal

Holder = Literal["player", "merchant_account", "bank_account", "entity", "merchant_or_bank"]
Side = Literal["debit", "credit", "either"]


@dataclass(frozen=True, slots=True)
class AccountKind:
    """`side`: on which side its balance normally is. `below_zero`: may its balance be on the other side."""

    code: str
    holder: Holder
    side: Side
    below_zero: bool
    meaning: str


CHART: dict[str, AccountKind] = {
    kind.code: kind
    for kind in (
        AccountKind("playable", "player", "credit", False, "The player's money, free to play or withdraw."),
        AccountKind("pending", "player", "credit", False, "Seen on a rail, not final; mirrors unconfirmed."),
        AccountKind("locked", "player", "credit", False, "The player's, not spendable: payouts not ended, refunds submitted, holds."),
        AccountKind("bonus", "player", "credit", False, "Promotional balance, ours until converted."),
        AccountKind("receivable", "player", "debit", False, "The player owes us."),
        AccountKind("unconfirmed", "merchant_account", "debit", False, "What pending is waiting for."),
        AccountKind("clearing", "merchant_account", "either", True, "What the PSP owes us or we owe it, gross, per item."),
        AccountKind("prefund", "merchant_account", "debit", True, "Money kept at a PSP to pay out from."),
        AccountKind("reserve", "merchant_account", "debit", False, "Withheld by the PSP."),
        AccountKind("in_transit", "merchant_or_bank", "either", True, "On its way between PSP and bank, or between own banks."),
        AccountKind("fees", "merchant_account", "debit", True, "What PSPs and schemes charge, by fee kind."),
        AccountKind("bank", "bank_account", "debit", True, "Equals the statement's booked closing balance."),
        AccountKind("bank_fees", "bank_account", "debit", True, "The bank's charges and interest."),
        AccountKind("suspense", "merchant_or_bank", "either", True, "Lines that we hold but cannot explain."),
        AccountKind("chargeback_clearing", "merchant_account", "either", True, "Between taken from the player and taken by the PSP."),
        AccountKind("gaming", "entity", "either", True, "Stakes less wins."),
        AccountKind("fee_income", "entity", "credit", True, "Fees that players pay us, by kind."),
        AccountKind("network_fees", "entity", "debit", False, "Chain fees that we bear."),
        AccountKind("bonus_cost", "entity", "debit", True, "Cost of promotions granted, less what came back."),
        AccountKind("fx", "entity", "either", True, "The open position between currencies."),
        AccountKind("rounding", "entity", "either", True, "Whole units that the other side rounded differently."),
        AccountKind("chargeback_loss", "entity", "debit", True, "Disputed money that nobody pays back."),
        AccountKind("write_off", "entity", "debit", True, "Every other loss that two people accepted."),
        AccountKind("adjustments", "entity", "either", True, "Goodwill and corrections decided by people."),
        AccountKind("outside", "entity", "either", True, "Money from or to books that are not these."),
    )
}

# Kinds with a balance row, a row lock and a CHECK (L6). The same names are in migrations/sql/posting.sql.
WALLET_KINDS = ("playable", "pending", "locked", "bonus", "receivable")
# Kinds whose balance is shown with the sign turned: what we owe.
CREDIT_KINDS = frozenset(kind.code for kind in CHART.values() if kind.side == "credit")
