"""What waits at a bank account: lines that are not posted, lines in suspense, payouts that no line has shown."""

from django.db.models import Exists, OuterRef

from cashier.models import BankAccount, SettlementRoute
from reconciliation.models import BankLine, Match, SettlementBatch, SuspenseItem
from reconciliation.models.files import BatchState


def unposted_lines(account: BankAccount, **such: int) -> list[BankLine]:
    """Booked lines (`such` as these) that are neither matched nor in suspense, in the order of the statements."""
    matched = Match.objects.filter(line_kind="bank", line_id=OuterRef("pk"), undone_at=None)
    waiting = SuspenseItem.objects.filter(line_kind="bank", line_id=OuterRef("pk"))
    lines = BankLine.objects.filter(bank_account=account, **such).filter(~Exists(matched)).filter(~Exists(waiting))
    return list(lines.order_by("booked_date", "id"))


def lines_in_suspense(account: BankAccount) -> list[BankLine]:
    """Lines whose value still waits in suspense of this bank account."""
    ids = SuspenseItem.objects.filter(line_kind="bank", bank_account=account, cleared_at=None).values_list("line_id", flat=True)
    return list(BankLine.objects.filter(pk__in=list(ids)).order_by("booked_date", "id"))


def expected_batches(account: BankAccount) -> list[SettlementBatch]:
    """Posted payouts that are to arrive on this bank account and that no line has shown."""
    shown = Match.objects.filter(item_kind="batch", item_id=OuterRef("pk"), undone_at=None)
    found: list[SettlementBatch] = []
    for route in SettlementRoute.objects.filter(bank_account=account).select_related("merchant_account"):
        batches = SettlementBatch.objects.filter(merchant_account=route.merchant_account, currency=route.currency, version=1)
        batches = batches.filter(state=BatchState.SETTLED).exclude(payout_minor=0).filter(~Exists(shown))
        found += list(batches.select_related("merchant_account__entity", "source_file").order_by("business_date", "number"))
    return found
