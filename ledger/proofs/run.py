"""Which checks a proof runs, in one snapshot of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from ledger.proofs import journal
from ledger.proofs.audit import archive_agrees, audit_chain_is_whole, audit_heads_are_signed
from ledger.proofs.checks import Check, Report, report_of
from ledger.proofs.people import acts_of_people_are_approved
from ledger.proofs.states import states_end_their_transitions

Progress = Callable[[Check], None] | None


def prove_ledger(*, progress: Progress = None) -> Report:
    """Run every check of L10: the ledger's own and those of settings.PROOF_CHECKS, all over one snapshot."""
    registered = [import_string(path) for path in settings.PROOF_CHECKS]
    with one_snapshot():
        return report_of(
            [*journal.ALL, *registered, acts_of_people_are_approved, states_end_their_transitions, audit_chain_is_whole], progress=progress
        )


def verify_audit(*, progress: Progress = None, walked: Callable[[int], None] | None = None) -> Report:
    """Recompute the whole audit chain, and hold it against the signed heads, the archive and what upper floors bound to it (S5).

    `walked` is told the position that was reached, every thousand records.
    """
    bound = [import_string(path) for path in settings.AUDIT_CHECKS]
    with one_snapshot():
        return report_of([partial(audit_chain_is_whole, walked), audit_heads_are_signed, archive_agrees, *bound], progress=progress)


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
