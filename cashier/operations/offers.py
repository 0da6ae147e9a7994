"""What the provider of a merchant account offers is asked before anything is recorded or called (C16)."""

from cashier.models import MerchantAccount
from cashier.psp.capabilities import Capabilities, capabilities_of
from cashier.refusals import NotOfferedByPsp

OFFERS = ("manual_capture", "partial_capture", "several_captures", "void", "refunds", "payouts", "evidence", "accept_dispute")


def offers(account: MerchantAccount, what: str) -> bool:
    """Whether the provider of this account can do it; one without a row in the matrix is asked to find out."""
    capabilities: Capabilities | None = capabilities_of(account.provider)
    return capabilities is None or bool(getattr(capabilities, what))


def require_offered(account: MerchantAccount, *wanted: str) -> None:
    """Raises NotOfferedByPsp for the first thing that this account's provider can't do; `wanted` are names of OFFERS."""
    for what in wanted:
        if not offers(account, what):
            words = what.replace("_", " ")
            raise NotOfferedByPsp(
                f"{account.provider.capitalize()} does not offer this: {words}.",
                merchant_account=account.code,
                provider=account.provider,
                what=what,
            )
