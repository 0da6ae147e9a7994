"""Where and as whom the PSP of a merchant account is called, and how long a call takes at most."""

from cashier.models import MerchantAccount
from cashier.operations.own_secrets import require_own_secrets
from cashier.psp.base import Credentials
from cashier.secrets import Purpose, certificate_path, read_secret

MARGIN_SECONDS = 5.0


def credentials_of(account: MerchantAccount) -> Credentials:
    """Where and as whom to call the PSP of this account. Raises SecretShared, MissingSecret."""
    require_own_secrets(account)
    return Credentials(
        merchant_account=account.code,
        base_url=account.base_url,
        secret=read_secret(account.secret_ref, Purpose.API_KEY),
        timeout_seconds=float(account.timeout_seconds),
        client_certificate=certificate_path(account.secret_ref),
    )


def longest_call(account: MerchantAccount) -> float:
    """Seconds of a slot's lease: two questions and the call, each to its deadline, and a margin."""
    return account.timeout_seconds * 3 + MARGIN_SECONDS
