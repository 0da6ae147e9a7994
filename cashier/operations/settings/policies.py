"""From which amounts a payout is reviewed, per brand and currency (P4, S1)."""

from cashier.models import Brand, PayoutPolicy
from ledger.errors import ApprovalRefused
from ledger.money import get_asset
from ledger.operations.settings_changes import Changeable, Key, fields_of

AMOUNTS = ("review_above_minor", "review_week_above_minor", "second_review_above_minor", "player_fee_minor")


def _policy(key: Key, is_locked: bool) -> PayoutPolicy:
    """The policy of a brand and currency; the brand's row is locked for one that does not exist yet."""
    brands = Brand.objects.select_for_update(no_key=True) if is_locked else Brand.objects
    brand = brands.filter(code=key["brand"]).first()
    if brand is None:
        raise ApprovalRefused(f"No brand is called {key['brand']}.")
    get_asset(key["currency"])
    rows = PayoutPolicy.objects.select_for_update() if is_locked else PayoutPolicy.objects
    found = rows.filter(brand=brand, currency=key["currency"]).first()
    return found or PayoutPolicy(brand=brand, currency=key["currency"])


def _check(policy: PayoutPolicy) -> None:
    values = [getattr(policy, name) for name in AMOUNTS]
    if any(value is None for value in values):
        raise ApprovalRefused("A new policy needs its three amounts of review.")
    if any(value < 0 for value in values):
        raise ApprovalRefused("An amount of a policy is zero or more.")
    if policy.second_review_above_minor < policy.review_above_minor:
        raise ApprovalRefused("Two people are needed above the amount from which one is, not below it.")


PAYOUT_POLICY = Changeable(
    "payout_policy.change",
    _policy,
    *fields_of(*AMOUNTS),
    check=_check,
    name=lambda row: f"payout policy of {row.brand.code} {row.currency}",
)
