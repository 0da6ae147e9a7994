"""Replay (L9): the journal's lines made again from stored sources by the stored version of each rule."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.operations.postings import content_hash, lines_of
from ledger.proofs.checks import Check, Difference, Report, check_of, report_of
from ledger.refusals import LedgerError

_CHUNK = 2_000
_POSTED = """
SELECT t.id, t.entity_id, t.rule, t.source, t.fingerprint,
       (SELECT json_agg(json_build_array(a.kind, a.owner_ref, e.asset, e.amount_minor, e.ref, e.label) ORDER BY e.id)
          FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.transaction_id = t.id)
  FROM ledger_journal_transaction t
"""
_PAGE = f"{_POSTED} WHERE t.id > %s ORDER BY t.id LIMIT %s"
_ONE = f"{_POSTED} WHERE t.id = %s"
Lines = list[tuple[Any, ...]]


def replay_journal(*, progress: Callable[[int], None] | None = None) -> Report:
    """Replay every transaction and report each whose lines differ from what is posted. Streams in chunks."""
    return report_of([lambda: _replay(progress)])


def replay_one(transaction_id: UUID) -> Difference | None:
    """What differs between one transaction and its replay; None if nothing does. Raises LookupError where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE, [transaction_id])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"No transaction {transaction_id}.")
    return _fault(*row)


def _replay(progress: Callable[[int], None] | None) -> Check:
    seen = 0

    def differences() -> Iterator[Difference]:
        nonlocal seen
        for row in _transactions():
            seen += 1
            if progress and seen % _CHUNK == 0:
                progress(seen)
            fault = _fault(*row)
            if fault:
                yield {"transaction": str(row[0]), "rule": row[2], **fault}

    stream = differences()
    found = check_of("replay", 0, stream)
    for _ in stream:  # the rest is read too, so that `examined` is the whole journal
        pass
    return Check(found.name, found.ok, seen, found.differences)


def _transactions() -> Iterator[tuple[Any, ...]]:
    after = UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PAGE, [after, _CHUNK])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < _CHUNK:
            return
        after = rows[-1][0]


def _fault(identity: UUID, entity_id: UUID, rule: str, source: Any, fingerprint: str, posted: Any) -> Difference | None:
    """What differs, None if nothing does."""
    stored = _decoded(source)
    try:
        made = lines_of(rule, stored)
    except (LedgerError, KeyError, TypeError) as error:
        return {"fault": f"the rule does not run: {type(error).__name__} {error}"}
    lines = [(line.kind, line.holder, line.asset, line.amount_minor, line.ref, line.label) for line in made]
    booked = [tuple(line) for line in _decoded(posted) or []]
    if sorted(booked) != sorted(lines):
        return {"fault": "other lines", "posted": _shown(booked), "replayed": _shown(lines)}
    return None if content_hash(rule, entity_id, made) == fingerprint else {"fault": "other fingerprint"}


def _decoded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _shown(lines: Lines) -> list[str]:
    return [f"{'Dr' if line[3] > 0 else 'Cr'} {line[0]}[{line[1]}] {line[2]} {abs(line[3])}" for line in lines]
