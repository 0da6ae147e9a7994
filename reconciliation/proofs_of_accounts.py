"""What batches and statements say of `in_transit`, `reserve`, `bank` and `clearing` (POSTINGS.md section 4): checks of `ledger_prove`.

Batches and bank accounts are few; their lines are summed by the database.
"""

from collections import Counter

from django.db.models import Exists, OuterRef, Sum

from cashier.models import BankAccount
from ledger.models import Entry, JournalTransaction
from ledger.proofs import Check
from ledger.proofs.checks import check_sql
from ledger.proofs.items import booked_by_ref, check_items
from ledger.proofs.kinds import DECIDED_BY_PEOPLE
from reconciliation.models import BankLine, Match, SettlementBatch, SuspenseItem
from reconciliation.models.files import BatchState
from reconciliation.queries.statements import first_statement

_POSTED = (BatchState.SETTLED, BatchState.PAID)
# Postings that go through these accounts under a reference of their own, and what names them.
_OWN_WAYS = (
    "PAYOUT_SETTLED", "PAYOUT_PAID_AFTER_RELEASE", "PAYOUT_RETURNED", "BANK_PAYOUT_LEFT",  # the payout
    "TOP_UP_SENT", "TOP_UP_ARRIVED", "SECURITY_DEPOSIT_SENT", "SECURITY_DEPOSIT_KEPT", "OWN_TRANSFER_SENT", "OWN_TRANSFER_ARRIVED",
)  # fmt: skip
_DISPUTES = ("CHARGEBACK_DEBITED", "CHARGEBACK_CREDITED", "DISPUTE_AUTO_REFUNDED")
_CHAIN = ("CHAIN_FINAL", "CHAIN_GONE", "CHAIN_HELD", "CHAIN_UNKNOWN", "CHAIN_SWEPT", "CHAIN_PAYOUT_SETTLED", "CHAIN_GAS_SPENT")
# What may move clearing, each tied to its rows by a check of its own: captures, refunds, payouts, disputes, batches, lines.
CLEARING_KINDS = (
    "DEPOSIT_CAPTURED", "DEPOSIT_LATE_MONEY", "DEPOSIT_CAPTURE_FAILED", "DEPOSIT_RETURNED", "DEPOSIT_LATE_REFUNDED", "REFUND_PROCESSED",
    "REFUND_REVERSED", "REFUND_ADOPTED", "HOUSE_REFUND", "PAYOUT_SETTLED", "PAYOUT_PAID_AFTER_RELEASE", "PAYOUT_RETURNED", *_DISPUTES,
    "BATCH_SETTLED", "BATCH_RESTATED", "LINE_IDENTIFIED", "LINE_UNMATCHED", "BANK_IDENTIFIED", "BANK_DEPOSIT_RECEIVED", *_CHAIN,
)  # fmt: skip


def in_transit_is_named() -> Check:
    """Under each batch stands what it sends, less what the bank showed and what bounced; under a carry what goes to the next batch."""
    booked = Entry.objects.filter(account__kind="in_transit").exclude(transaction__kind__in=(*_OWN_WAYS, *DECIDED_BY_PEOPLE))
    return check_items("in_transit_is_named", expected=sorted(_in_transit().items()), booked=booked_by_ref(booked))


def _in_transit() -> Counter[str]:
    expected: Counter[str] = Counter()
    for batch in SettlementBatch.objects.filter(state__in=_POSTED).select_related("merchant_account").order_by("version").iterator():
        expected[batch.ref] = int(batch.payout_minor)  # of a restated one as it was restated last
        if batch.version == 1 and (carried := batch.totals.get("balance_transfer")):
            expected[f"carry:{batch.merchant_account.public_id}:{batch.currency}"] -= carried["credit_minor"] - carried["debit_minor"]
    shown = Match.objects.filter(line_kind="bank", item_kind="batch", undone_at=None, batch__isnull=False)
    for match in shown.select_related("batch__merchant_account").iterator():
        if match.batch is not None:
            # A further part of a payout differs by all that it brings.
            expected[match.batch.ref] -= int(match.difference_minor) + (0 if match.item_part else int(match.batch.payout_minor))
    # What bounced is told by the batch that brings it, under the reference of the one that had sent it.
    bringing = JournalTransaction.objects.filter(kind="BATCH_SETTLED").exclude(source__bounced=[])
    for bounced in bringing.values_list("source__bounced", flat=True).iterator():
        for ref, minor in bounced:
            expected[ref] -= minor
    return expected


def reserve_is_named() -> Check:
    """Under each batch `reserve` took what its lines withhold and gave what they release (R14)."""
    expected: Counter[str] = Counter()
    for batch in SettlementBatch.objects.filter(state__in=_POSTED, version=1).select_related("merchant_account").iterator():
        if reserve := batch.totals.get("reserve"):
            expected[batch.ref] += reserve["debit_minor"] - reserve["credit_minor"]
    known = (*_OWN_WAYS, *_DISPUTES, *DECIDED_BY_PEOPLE)
    booked = Entry.objects.filter(account__kind="reserve").exclude(transaction__kind__in=known)
    return check_items("reserve_is_named", expected=sorted(expected.items()), booked=booked_by_ref(booked))


def bank_is_its_lines() -> Check:
    """Each bank account is its first statement's opening and the lines that were taken in since, and nothing else.

    That this is the statement's closing balance is asked by the close of each day, where every line is in (D2).
    """
    accounts = {account.public_id: account for account in BankAccount.objects.all()}
    expected = {holder: _taken_in(account) for holder, account in sorted(accounts.items())}
    known = ("PAYOUT_RETURNED", *_CHAIN, *DECIDED_BY_PEOPLE)
    entries = Entry.objects.filter(account__kind="bank").exclude(transaction__kind__in=known)
    sums = entries.values_list("account__owner_ref").annotate(total=Sum("amount_minor")).order_by()
    booked = sorted((holder, int(total)) for holder, total in sums)
    return check_items("bank_is_its_lines", expected=[pair for pair in expected.items() if pair[1]], booked=booked)


def _taken_in(account: BankAccount) -> int:
    """Opening and posted lines of one account; 0 where nothing was posted yet."""
    matched = Match.objects.filter(line_kind="bank", line_id=OuterRef("pk"), undone_at=None).exclude(item_kind="bank_duplicate")
    waiting = SuspenseItem.objects.filter(line_kind="bank", line_id=OuterRef("pk"))
    lines = BankLine.objects.filter(Exists(matched) | Exists(waiting), bank_account=account)
    total = int(lines.aggregate(total=Sum("amount_minor"))["total"] or 0)
    opened = Entry.objects.filter(account__kind="bank", account__owner_ref=account.public_id, transaction__kind="BANK_OPENED").exists()
    first = first_statement(account)
    return total + (int(first.opening_minor) if opened and first is not None else 0)


def clearing_is_named() -> Check:
    """Nothing moves `clearing` but postings of which a check of its own says what they are of."""
    known = [*CLEARING_KINDS, *DECIDED_BY_PEOPLE]
    return check_sql(
        "clearing_is_named",
        examined="SELECT count(*) FROM ledger_account WHERE kind = 'clearing'",
        differences="""
            SELECT t.kind, a.owner_ref AS holder, a.asset, sum(e.amount_minor) AS booked_minor
              FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_journal_transaction t ON t.id = e.transaction_id
             WHERE a.kind = 'clearing' AND t.kind <> ALL(%(known)s::text[]) GROUP BY 1, 2, 3""",
        params={"known": known},
    )
