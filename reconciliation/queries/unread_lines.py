"""Lines of statements that no run has seen: they came after the last one, and are in no books (R8)."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery

from cashier.models import BankAccount
from reconciliation.models import BankLine, BankStatement, Match, ReconciliationRun, RunState, SuspenseItem

_LONGEST_LOAD = timedelta(days=1)  # a statement bears the moment at which its load began, and is there when it ended


def count_unread(account: BankAccount, *, until: date) -> int:
    """How many lines booked by that day are neither matched nor in suspense. Of statements that were there when the account was run last
    none is: only what came since is looked at."""
    runs = ReconciliationRun.objects.filter(account_code=account.code, state=RunState.DONE).exclude(started_at=None)
    last = Subquery(runs.order_by("-started_at").values("started_at")[:1])
    statements = BankStatement.objects.filter(bank_account=account).annotate(last_run=last)
    since = statements.filter(Q(last_run=None) | Q(loaded_at__gte=F("last_run") - _LONGEST_LOAD))
    came = dict(since.values_list("pk", "bucket"))
    matched = Match.objects.filter(line_kind="bank", line_id=OuterRef("pk"), undone_at=None)
    waiting = SuspenseItem.objects.filter(line_kind="bank", line_id=OuterRef("pk"))
    lines = BankLine.objects.filter(bucket__in=set(came.values()), statement__in=list(came), booked_date__lte=until)
    return lines.filter(~Exists(matched), ~Exists(waiting)).count()
