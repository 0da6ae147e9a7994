"""The cashier's tables: players and their money moving."""

from cashier.models.accounts import AccountCode, BankAccount, MerchantAccount, Provider, SettlementRoute
from cashier.models.attempts import Attempt, Capture, Void
from cashier.models.bonuses import Bonus, BonusMove
from cashier.models.brands import Brand
from cashier.models.breakers import BreakerChange, BreakerState
from cashier.models.clients import ApiClient
from cashier.models.deposits import DepositIntent, DepositState
from cashier.models.events import EventPull, PspEvent, PspEventWork, WebhookNonce, WebhookRefusal
from cashier.models.frozen import FrozenChecks
from cashier.models.instruments import Instrument
from cashier.models.outgoing import OutgoingAttempt, OutgoingDelivery, OutgoingEndpoint
from cashier.models.payers import PayerCheck, PayerPolicy, PayerState
from cashier.models.payout_policies import PayoutPolicy
from cashier.models.payouts import PayoutIntent, PayoutState
from cashier.models.players import Player, PlayerIdentity
from cashier.models.psp_calls import PspCall
from cashier.models.rails import RailVersion
from cashier.models.refunds import Hold, Refund, RefundState
from cashier.models.reviews import DepositReview
from cashier.models.rounds import GameRound, RoundMove
from cashier.models.routing import RetryCap, RoutingDecision, RoutingFee, RoutingRules, RoutingTally, RoutingTrial, SplitStop

__all__ = [
    "AccountCode",
    "ApiClient",
    "Attempt",
    "BankAccount",
    "Bonus",
    "BonusMove",
    "Brand",
    "BreakerChange",
    "BreakerState",
    "Capture",
    "DepositIntent",
    "DepositReview",
    "DepositState",
    "EventPull",
    "FrozenChecks",
    "GameRound",
    "Hold",
    "Instrument",
    "MerchantAccount",
    "OutgoingAttempt",
    "OutgoingDelivery",
    "OutgoingEndpoint",
    "PayerCheck",
    "PayerPolicy",
    "PayerState",
    "PayoutIntent",
    "PayoutPolicy",
    "PayoutState",
    "Player",
    "PlayerIdentity",
    "Provider",
    "PspCall",
    "PspEvent",
    "PspEventWork",
    "RailVersion",
    "Refund",
    "RefundState",
    "RetryCap",
    "RoundMove",
    "RoutingDecision",
    "RoutingFee",
    "RoutingRules",
    "RoutingTally",
    "RoutingTrial",
    "SettlementRoute",
    "SplitStop",
    "Void",
    "WebhookNonce",
    "WebhookRefusal",
]
