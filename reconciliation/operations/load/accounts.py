"""Which account of ours a file is of: by the names under which its sender knows it (R2)."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from cashier.models import BankAccount, MerchantAccount

Account = MerchantAccount | BankAccount


def names_of(account: Account | None) -> tuple[str, ...]:
    """Every name under which a file may know the account: our code of it, a bank account's IBAN, and its name, where that is what the
    PSP writes into its reports or the bank into its statements (a number of its own, a bankgiro)."""
    if account is None:
        return ()
    names = (account.iban, account.code, account.name) if isinstance(account, BankAccount) else (account.code, account.name)
    return tuple(name for name in names if name)


def zone_of(account: Account | None) -> str:
    """The zone of times that a merchant account's reports state without one."""
    return account.report_zone if isinstance(account, MerchantAccount) else ""


def merchant_named(name: str) -> MerchantAccount | None:
    """The one merchant account that a report means by this name; None where it is none of ours, or two are called so."""
    if not name:
        return None
    found = list(MerchantAccount.objects.select_related("entity").filter(Q(code__iexact=name) | Q(name__iexact=name))[:2])
    return found[0] if len(found) == 1 else None


def hold_accounts(accounts: Iterable[Account]) -> None:
    """Whoever loads a paper of one of these accounts at this moment waits for the other, then finds what that one loaded: the same
    statement in another file, an earlier version of a report. Needs a transaction, and comes before anything is looked up."""
    with connection.cursor() as cursor:
        for key in sorted({str(account.pk) for account in accounts}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 12))", [f"papers:{key}"])
