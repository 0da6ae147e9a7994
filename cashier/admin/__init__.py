"""Pages of the cashier: deposits, attempts, events, payouts, bonuses, players, accounts."""

from cashier.admin import chips
from cashier.admin.accounts import BankAccountAdmin, MerchantAccountAdmin
from cashier.admin.attempts import AttemptAdmin
from cashier.admin.bonuses import BonusAdmin
from cashier.admin.deposits import DepositIntentAdmin
from cashier.admin.events import PspEventAdmin
from cashier.admin.payouts import PayoutIntentAdmin
from cashier.admin.players import PlayerAdmin
from cashier.admin.policies import PayoutPolicyAdmin
from cashier.models import BankAccount, MerchantAccount
from ledger.admin.frames import links


def _merchant_names() -> dict[str, str]:
    return {account.public_id: account.code for account in MerchantAccount.objects.all()}


def _bank_names() -> dict[str, str]:
    return {account.public_id: account.code for account in BankAccount.objects.all()}


links.register_names(MerchantAccount.PREFIX, _merchant_names)
links.register_names(BankAccount.PREFIX, _bank_names)

__all__ = [
    "AttemptAdmin",
    "BankAccountAdmin",
    "BonusAdmin",
    "DepositIntentAdmin",
    "MerchantAccountAdmin",
    "PayoutIntentAdmin",
    "PayoutPolicyAdmin",
    "PlayerAdmin",
    "PspEventAdmin",
    "chips",
]
