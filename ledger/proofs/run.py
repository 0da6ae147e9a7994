"""Which checks a proof runs, in one snapshot of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from ledger.models import AuditSeal
from ledger.operations.sealing import chain_faults
from ledger.proofs import journal
from ledger.proofs.checks import Check, Report, check_of, report_of
from ledger.proofs.states import states_end_their_transitions

Progress = Callable[[Check], None] | None


def prove_ledger(*, progress: Progress = None) -> Report:
    """Run every check of L10: the ledger's own and those of settings.PROOF_CHECKS, all over one snapshot."""
    registered = [import_string(path) for path in settings.PROOF_CHECKS]
    with one_snapshot():
        return report_of([*journal.ALL, *registered, states_end_their_transitions, audit_chain_is_whole], progress=progress)


def verify_audit(*, progress: Progress = None) -> Report:
    """Recompute the whole audit chain (S5)."""
    with one_snapshot():
        return report_of([audit_chain_is_whole], progress=progress)


def audit_chain_is_whole() -> Check:
    """No sealed record was changed or removed, none was inserted among them, no link is broken (S5)."""
    return check_of("audit_chain_is_whole", AuditSeal.objects.count(), chain_faults())


@contextmanager
def one_snapshot() -> Iterator[None]:
    """All reads see the same moment, whatever is posted meanwhile. Within a caller's transaction: that one."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
