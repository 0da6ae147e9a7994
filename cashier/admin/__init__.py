"""Pages of the cashier: deposits, attempts, events, payouts, bonuses, players, accounts."""

from cashier.admin import chips
from cashier.admin.accounts import BankAccountAdmin, MerchantAccountAdmin
from cashier.admin.attempts import AttemptAdmin
from cashier.admin.bonuses import BonusAdmin
from cashier.admin.brands import BrandAdmin
from cashier.admin.breakers import BreakerChangeAdmin, ProviderAdmin
from cashier.admin.deposits import DepositIntentAdmin
from cashier.admin.events import PspEventAdmin
from cashier.admin.frozen import FrozenChecksAdmin
from cashier.admin.outgoing_deliveries import OutgoingDeliveryAdmin
from cashier.admin.outgoing_endpoints import OutgoingEndpointAdmin
from cashier.admin.payers import PayerCheckAdmin
from cashier.admin.payouts import PayoutIntentAdmin
from cashier.admin.players import PlayerAdmin
from cashier.admin.policies import PayoutPolicyAdmin
from cashier.admin.pulls import EventPullAdmin
from cashier.admin.rails import RailVersionAdmin
from cashier.admin.reviews import DepositReviewAdmin
from cashier.admin.routing import RetryCapAdmin, RoutingDecisionAdmin, RoutingRulesAdmin, RoutingTrialAdmin
from cashier.models import BankAccount, MerchantAccount, Provider
from ledger.admin.frames import links


def _merchant_names() -> dict[str, str]:
    return {account.public_id: account.code for account in MerchantAccount.objects.all()}


def _bank_names() -> dict[str, str]:
    return {account.public_id: account.code for account in BankAccount.objects.all()}


def _provider_names() -> dict[str, str]:
    return {provider.public_id: provider.code.capitalize() for provider in Provider.objects.all()}


links.register_names(Provider.PREFIX, _provider_names)
links.register_names(MerchantAccount.PREFIX, _merchant_names)
links.register_names(BankAccount.PREFIX, _bank_names)

__all__ = [
    "AttemptAdmin",
    "BankAccountAdmin",
    "BonusAdmin",
    "BrandAdmin",
    "BreakerChangeAdmin",
    "DepositIntentAdmin",
    "DepositReviewAdmin",
    "EventPullAdmin",
    "FrozenChecksAdmin",
    "MerchantAccountAdmin",
    "OutgoingDeliveryAdmin",
    "OutgoingEndpointAdmin",
    "PayerCheckAdmin",
    "PayoutIntentAdmin",
    "PayoutPolicyAdmin",
    "PlayerAdmin",
    "ProviderAdmin",
    "PspEventAdmin",
    "RailVersionAdmin",
    "RetryCapAdmin",
    "RoutingDecisionAdmin",
    "RoutingRulesAdmin",
    "RoutingTrialAdmin",
    "chips",
]
