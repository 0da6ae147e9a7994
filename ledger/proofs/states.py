"""Proof that no state is other than the end of its transition rows (S8)."""

from django.db import connection, models

from ledger.graphs import StateGraph, state_graphs
from ledger.proofs.checks import Check, check_of, count_of, rows_of

_MOVES = """
SELECT target_id, from_state, to_state, lag(to_state) OVER w AS before, lead(id) OVER w IS NULL AS is_last
  FROM ledger_transition WHERE target_kind = %(kind)s AND field = %(field)s WINDOW w AS (PARTITION BY target_id ORDER BY id)
"""
_BROKEN = f"""
SELECT target_id AS object, coalesce(before, %(initial)s) AS expected, from_state AS found,
       'transition does not follow the one before' AS fault
  FROM ({_MOVES}) m WHERE from_state <> coalesce(before, %(initial)s) AND NOT (before IS NULL AND from_state = '')
"""


def states_end_their_transitions() -> list[Check]:
    """One check per machine: every row's state is where its transitions end, and each transition starts where the last ended."""
    return [_check(graph) for graph in state_graphs()]


def _check(graph: StateGraph) -> Check:
    params = {"kind": graph.label, "field": graph.field, "initial": graph.initial}
    table = graph.model._meta.db_table
    ends = f"""
        SELECT o.{_quoted(graph)} AS found, coalesce(m.to_state, %(initial)s) AS expected, {_identity(graph.model)} AS object,
               'state is not the end of its transitions' AS fault
          FROM "{table}" o LEFT JOIN ({_MOVES}) m ON m.target_id = {_identity(graph.model)} AND m.is_last
         WHERE o.{_quoted(graph)} <> coalesce(m.to_state, %(initial)s)"""
    faults = [*rows_of(ends, params), *rows_of(_BROKEN, params)]
    return check_of(f"states {graph.label}.{graph.field}", count_of(f'SELECT count(*) FROM "{table}"'), faults)


def _quoted(graph: StateGraph) -> str:
    return f'"{graph.model._meta.get_field(graph.field).column}"'  # type: ignore[union-attr]


def _identity(model: type[models.Model]) -> str:
    """The row's id as transitions store it: a uuid; numbers are padded into one."""
    column = f'o."{model._meta.pk.column}"'
    return column if model._meta.pk.db_type(connection) == "uuid" else f"lpad(to_hex({column}), 32, '0')::uuid"
