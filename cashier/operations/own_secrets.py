"""No secret, key or certificate serves two merchant accounts (C16): what is shared is refused, when it is asked for and when it is used."""

from cashier.models import MerchantAccount
from cashier.psp.base import PspUnreachable
from cashier.secrets import BadCertificate, Shared, find_shared


class SecretShared(PspUnreachable):
    """Another merchant account holds the same secret, key or certificate: nothing was sent."""


def list_shared(account: MerchantAccount) -> list[Shared]:
    """What this account shares with others, used or not. Raises BadCertificate."""
    refs = dict(MerchantAccount.objects.values_list("code", "secret_ref"))
    return [shared for shared in find_shared({**refs, account.code: account.secret_ref}) if account.code in shared.codes]


def words_for(account: MerchantAccount, shared: Shared) -> str:
    """For a person: what is shared, with whom."""
    others = ", ".join(code for code in shared.codes if code != account.code)
    return f"{account.code} and {others} hold the same {shared.purpose.replace('_', ' ').lower()}: each account needs its own."


def require_own_secrets(account: MerchantAccount) -> None:
    """Raises SecretShared, also for a certificate that can't be read."""
    try:
        for shared in list_shared(account):
            raise SecretShared(words_for(account, shared))
    except BadCertificate as error:
        raise SecretShared(str(error)) from error
