"""May this account take this payment at all? Each no has a name (C10)."""

from collections.abc import Callable

from cashier.routing.values import Account, Payment

_Check = Callable[[Payment, Account], bool]


def _takes(allowed: frozenset[str], wanted: str) -> bool:
    return not allowed or wanted in allowed


# In the order in which a person would ask; each says when the account is out.
_OUT: tuple[tuple[str, _Check], ...] = (
    ("inactive", lambda payment, account: not account.is_active),
    ("other_entity", lambda payment, account: account.entity != payment.entity),
    ("brand", lambda payment, account: payment.brand not in account.brands),
    ("jurisdiction", lambda payment, account: payment.licence is None),
    ("licence", lambda payment, account: bool(payment.licence) and payment.licence not in account.licences),
    (
        "merchant_category",
        lambda payment, account: bool(payment.merchant_category) and account.merchant_category != payment.merchant_category,
    ),
    ("region", lambda payment, account: bool(payment.region) and not _takes(account.regions, payment.region)),
    ("currency", lambda payment, account: not _takes(account.currencies, payment.currency)),
    ("method", lambda payment, account: not _takes(account.methods, payment.method)),
    ("token_of_other_provider", lambda payment, account: payment.provider not in ("", account.provider)),
    ("no_manual_capture", lambda payment, account: payment.is_manual_capture and "manual_capture" in account.lacks),
    ("captures_paused", lambda payment, account: account.is_paused),
    ("circuit_open", lambda payment, account: not account.health.is_open),
)


def reason_to_drop(payment: Payment, account: Account) -> str:
    """The first reason for which the account is out; empty where it may take the payment."""
    if account.past is not None:
        return account.past.dropped
    return next((name for name, is_out in _OUT if is_out(payment, account)), "")
