"""Pages of the cashier: deposits, attempts, events, payouts, players, accounts."""

from cashier.admin import chips
from cashier.admin.accounts import BankAccountAdmin, MerchantAccountAdmin
from cashier.admin.attempts import AttemptAdmin
from cashier.admin.deposits import DepositIntentAdmin
from cashier.admin.events import PspEventAdmin
from cashier.admin.payouts import PayoutIntentAdmin
from cashier.admin.players import PlayerAdmin

__all__ = [
    "AttemptAdmin",
    "BankAccountAdmin",
    "DepositIntentAdmin",
    "MerchantAccountAdmin",
    "PayoutIntentAdmin",
    "PlayerAdmin",
    "PspEventAdmin",
    "chips",
]
