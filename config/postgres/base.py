"""Django's PostgreSQL backend with a shorter way into and out of a transaction: every request, task and posting takes it.

A transaction's processor time beside its statements went to a quarter into switching the driver's autocommit off and on and into
its COMMIT, none of which does more than here. What isn't the plain case is left to Django and the driver.
"""

from django.db.backends.postgresql import base
from psycopg import Connection, generators
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, PipelineStatus, TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's, to the letter; only quicker."""

    def _commit(self) -> None:
        if self.connection is not None and not self.queries_logged and _is_plain(self.connection, TransactionStatus.INTRANS):
            with self.wrap_database_errors:
                _send_commit(self.connection)
        else:
            super()._commit()  # type: ignore[misc]

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        if self._is_healthy() and not self.in_atomic_block and _is_plain(self.connection, TransactionStatus.IDLE):
            # The driver's setter does this after the same look at the transaction, in two generators under its lock.
            self.connection._autocommit = self.autocommit = autocommit
            if autocommit and self.run_commit_hooks_on_set_autocommit_on:
                self.run_and_clear_commit_hooks()
                self.run_commit_hooks_on_set_autocommit_on = False
        else:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)

    def _is_healthy(self) -> bool:
        """Whether there is a connection that need not be asked whether it lives, nor told of to a log of queries."""
        is_asked = self.health_check_done or not self.health_check_enabled  # type: ignore[attr-defined]
        return self.connection is not None and is_asked and not self.queries_logged


def _is_plain(connection: "Connection[object]", wanted: TransactionStatus) -> bool:
    """Whether the connection is in this state and in no pipeline, transaction block or two-phase commit of the driver's own."""
    pgconn = connection.pgconn
    return (
        pgconn.transaction_status == wanted
        and pgconn.pipeline_status == PipelineStatus.OFF
        and not (connection._num_transactions or connection._tpc)
    )


def _send_commit(connection: "Connection[object]") -> None:
    with connection.lock:
        connection.pgconn.send_query(b"COMMIT")
        result = connection.wait(generators.execute(connection.pgconn))[-1]
    if result.status != ExecStatus.COMMAND_OK:
        raise error_from_result(result, encoding=connection.pgconn._encoding)
