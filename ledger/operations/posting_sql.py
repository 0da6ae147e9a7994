"""The calls of the posting functions in the database (migrations/sql/posting*.sql)."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from uuid import UUID

import psycopg
from django.db import connection

from ledger.actors import Actor
from ledger.chart import WALLET_KINDS
from ledger.errors import InsufficientFunds, NoOpenTransaction, PostingKeyConflict, UnbalancedPosting
from ledger.tracing import current_trace_id

if TYPE_CHECKING:
    from ledger.operations.postings import Prepared
    from ledger.values import Line

WALLETED = frozenset(WALLET_KINDS)
_RACED_KEY = "CR001"

_ONE = (
    "SELECT * FROM ledger_post(%s::uuid, %s::text, %s::uuid, %s::text, %s::text, %s::text, %s::text, %s::text, %s::text, %s::text,"
    " %s::text, %s::date, %s::uuid, %s::text, %s::text, %s::text, %s::timestamptz, %s::timestamptz,"
    " %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[], %s::text[])"
)
_MANY = (
    "SELECT * FROM ledger_post_many(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s::text[], %s::text[], %s::date[], %s::uuid[], %s::text, %s::text, %s::text, %s::timestamptz[], %s::timestamptz,"
    " %s::int[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[], %s::text[])"
)


class Row(NamedTuple):
    """Answer of the database for one posting."""

    id: UUID
    created: bool
    business_date: date
    corrects_date: date | None


def call_one(item: "Prepared", *, actor: Actor, now: datetime) -> Row:
    """Post one; raises InsufficientFunds, PostingKeyConflict."""
    posting = item.posting
    row = _rows(_ONE, [*_head(item), *_people(actor), posting.occurred_at, now, *_columns(item.lines)])[0]
    status, identity, day, corrects, lacking = row
    if status not in ("posted", "existing"):
        _refuse(status, posting.key, identity, lacking)
    return Row(identity, status == "posted", day, corrects)


def call_many(items: Sequence["Prepared"], *, actor: Actor, now: datetime) -> list[Row]:
    """Post many of different keys; raises InsufficientFunds, PostingKeyConflict.

    The database tells only of those that did not simply go into the journal under their own id and day.
    """
    heads = [_literal(column) for column in zip(*(_texts(item) for item in items), strict=True)]
    heads[_REVERSES] = heads[_REVERSES].replace('""', "NULL")
    places = [place for place, item in enumerate(items, 1) for _ in item.lines]
    lines = [line for item in items for line in item.lines]
    occurred = [item.posting.occurred_at for item in items]
    rows = _rows(_MANY, [*heads, *_people(actor), occurred, now, places, *_columns(lines)])
    if rows and rows[0][1] not in ("posted", "existing"):
        place, status, identity, _, _, lacking = rows[0]
        _refuse(status, items[place - 1].posting.key, identity, lacking)
    told = {row[0]: Row(row[2], row[1] == "posted", row[3], row[4]) for row in rows}
    return [told.get(place) or Row(item.id, True, item.day, None) for place, item in enumerate(items, 1)]


def _head(item: "Prepared") -> list[Any]:
    """One posting's own columns, in the order of the functions' parameters."""
    posting = item.posting
    return [
        item.id, posting.key, posting.entity_id, posting.rule, item.kind, item.lines[0].asset, item.source, item.fingerprint,
        posting.payload_sha256, posting.intent_id, posting.player_id, item.day, posting.reverses_id,
    ]  # fmt: skip


_REVERSES = 12


def _texts(item: "Prepared") -> tuple[str, ...]:
    """As _head, as texts; empty for no reversal."""
    posting = item.posting
    return (
        item.id.hex, posting.key, posting.entity_id.hex, posting.rule, item.kind, item.lines[0].asset, item.source, item.fingerprint,
        posting.payload_sha256, posting.intent_id, posting.player_id, item.day.isoformat(),
        posting.reverses_id.hex if posting.reverses_id else "",
    )  # fmt: skip


def _people(actor: Actor) -> list[str]:
    return [actor.kind, actor.id, current_trace_id()]


def _columns(lines: Sequence["Line"]) -> list[str]:
    """The lines' columns as array literals: lists given to psycopg cost ten times the work."""
    return [
        _literal([line.kind for line in lines]),
        _literal([line.holder for line in lines]),
        _literal([line.asset for line in lines]),
        "{" + ",".join([str(line.amount_minor) for line in lines]) + "}",
        _literal([line.ref for line in lines]),
        _literal([line.label for line in lines]),
    ]


def _literal(texts: Sequence[str]) -> str:
    """PostgreSQL's array literal of texts: each quoted, with quotes and backslashes escaped."""
    joined = "\x00".join(texts)
    if joined.count("\x00") != len(texts) - 1:
        raise UnbalancedPosting("A text holds a NUL, which no text of the database can.")
    if "\\" in joined:
        joined = joined.replace("\\", "\\\\")
    if '"' in joined:
        joined = joined.replace('"', '\\"')
    return '{"' + joined.replace("\x00", '","') + '"}'


def _rows(sql: str, params: list[Any]) -> list[tuple[Any, ...]]:
    """Run a prepared statement in the caller's transaction; Django's own cursor can't ask for preparation."""
    if not connection.in_atomic_block:
        raise NoOpenTransaction("Posting needs an open transaction.")
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    try:
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            return list(cursor.execute(sql, params, prepare=True).fetchall())
    except Exception as error:
        _raise_raced_key(error)
        raise


def _raise_raced_key(error: Exception) -> None:
    cause = error.__cause__
    if isinstance(cause, psycopg.Error) and cause.sqlstate == _RACED_KEY and cause.diag.message_detail:
        facts = json.loads(cause.diag.message_detail)
        raise PostingKeyConflict(facts["key"], UUID(facts["existing_id"])) from error


def _refuse(status: str, key: str, identity: UUID | None, lacking: str | None) -> NoReturn:
    if status == "conflict" and identity is not None:
        raise PostingKeyConflict(key, identity)
    facts = json.loads(lacking or "{}")
    raise InsufficientFunds(facts["kind"], facts["holder"], facts["asset"], int(facts["missing_minor"]))
