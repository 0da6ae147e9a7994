"""The calls of the posting functions in the database (migrations/sql/posting*.sql)."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, NoReturn
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from ledger.actors import Actor
from ledger.chart import WALLET_KINDS
from ledger.errors import InsufficientFunds, NoOpenTransaction, PostingKeyConflict, UnbalancedPosting
from ledger.operations.posting_values import Prepared
from ledger.operations.round_trip import Statement, run
from ledger.tracing import current_trace_id

WALLETED = frozenset(WALLET_KINDS)
_DONE = frozenset({"posted", "existing"})
_NUL = "A text holds a NUL, which no text of the database can."
_RACED_KEY = "CR001"
_REVERSES = 12  # the place of reverses_id among the parameters

_PEOPLE = ("text", "text", "text")
_HEAD = ("uuid", "text", "uuid", "text", "text", "text", "text", "text", "text", "text", "text", "date", "uuid")


def _call(function: str, types: Sequence[str], columns: str) -> Statement:
    params = ", ".join(f"${place}::{kind}" for place, kind in enumerate(types, 1))
    return Statement(function.encode(), f"SELECT {columns} FROM {function}({params})".encode())


_ONE = _call(
    "ledger_post",
    (*_HEAD, *_PEOPLE, "timestamptz", "timestamptz", "text[]", "text[]", "text[]", "numeric[]", "text[]", "text[]"),
    "status, transaction_id, to_char(day, 'YYYY-MM-DD'), to_char(corrects, 'YYYY-MM-DD'), lacking",
)
_MANY = _call(
    "ledger_post_many",
    (
        *[f"{kind}[]" for kind in _HEAD], *_PEOPLE, "timestamptz[]", "timestamptz", "uuid[]", "text[]", "text[]", "text[]",
        "int[]", "int[]", "numeric[]", "text[]", "text[]",
    ),
    "place, status, transaction_id, to_char(day, 'YYYY-MM-DD'), to_char(corrects, 'YYYY-MM-DD'), lacking",
)  # fmt: skip


class Row(NamedTuple):
    """Answer of the database for one posting."""

    id: UUID
    created: bool
    business_date: date
    corrects_date: date | None


def call_one(item: Prepared, *, actor: Actor, now: datetime) -> Row:
    """Post one; raises InsufficientFunds, PostingKeyConflict."""
    kinds, holders, assets, *rest = zip(*item.lines, strict=True)
    row = _rows(_ONE, [
        *_head(item), *_people(actor), item.posting.occurred_at.isoformat(), now.isoformat(),
        _literal(kinds), _literal(holders), _literal(assets), *_columns(*rest),
    ])[0]  # fmt: skip
    if row[0] == "posted" and row[3] is None:
        return Row(item.id, True, item.day, None)
    if row[0] not in _DONE:
        _refuse(item.posting.key, row)
    return _told(row)


def call_many(items: Sequence[Prepared], *, actor: Actor, now: datetime) -> list[Row]:
    """Post many of different keys; raises InsufficientFunds, PostingKeyConflict.

    The database tells only of those that did not simply go into the journal under their own id and day.
    """
    heads = [_literal(column) for column in zip(*map(_head, items), strict=True)]
    heads[_REVERSES] = heads[_REVERSES].replace('""', "NULL")
    occurred = _literal([item.posting.occurred_at.isoformat() for item in items])
    *_, amounts, refs, labels = zip(*[line for item in items for line in item.lines], strict=True)
    accounts, places = _accounts(items)
    postings = ",".join([str(place) for place, item in enumerate(items, 1) for _ in item.lines])
    rows = _rows(_MANY, [
        *heads, *_people(actor), occurred, now.isoformat(), *map(_literal, zip(*accounts, strict=True)),
        "{" + postings + "}", "{" + ",".join(places) + "}", *_columns(amounts, refs, labels),
    ])  # fmt: skip
    if rows and rows[0][1] not in _DONE:
        place, *row = rows[0]
        _refuse(items[int(place or 0) - 1].posting.key, row)
    told = {int(place or 0): _told(row) for place, *row in rows}
    return [told.get(place) or Row(item.id, True, item.day, None) for place, item in enumerate(items, 1)]


def _accounts(items: Sequence[Prepared]) -> tuple[list[tuple[str, str, str, str]], list[str]]:
    """The different accounts (entity, kind, holder, asset), and for each line the 1-based place of its own, as text."""
    places: dict[tuple[str, str, str, str], str] = {}
    of_lines: list[str] = []
    for item in items:
        entity = item.posting.entity_id.hex
        for line in item.lines:
            key = (entity, *line[:3])
            of_lines.append(places.get(key) or places.setdefault(key, str(len(places) + 1)))
    return list(places), of_lines


def _head(item: Prepared) -> tuple[str, ...]:
    """One posting's own columns as texts, in the order of the functions' parameters; empty for no reversal."""
    posting = item.posting
    return (
        item.id.hex, posting.key, posting.entity_id.hex, posting.rule, item.kind, item.lines[0].asset, item.source, item.fingerprint,
        posting.payload_sha256, posting.intent_id, posting.player_id, item.day.isoformat(),
        posting.reverses_id.hex if posting.reverses_id else "",
    )  # fmt: skip


def _people(actor: Actor) -> list[str]:
    return [actor.kind, actor.id, current_trace_id()]


def _columns(amounts: Sequence[int], refs: Sequence[str], labels: Sequence[str]) -> tuple[str, str, str]:
    """Amounts, refs and labels of lines as array literals: lists given to psycopg cost ten times the work."""
    return "{" + ",".join(map(str, amounts)) + "}", _literal(refs), _literal(labels)


def _told(row: Sequence[str | None]) -> Row:
    status, identity, day, corrects, _ = row
    return Row(UUID(identity), status == "posted", date.fromisoformat(day or ""), date.fromisoformat(corrects) if corrects else None)


def _literal(texts: Sequence[str]) -> str:
    """PostgreSQL's array literal of texts: each quoted, with quotes and backslashes escaped."""
    joined = "\x00".join(texts)
    if joined.count("\x00") != len(texts) - 1:
        raise UnbalancedPosting(_NUL)
    if "\\" in joined:
        joined = joined.replace("\\", "\\\\")
    if '"' in joined:
        joined = joined.replace('"', '\\"')
    return '{"' + joined.replace("\x00", '","') + '"}'


def _rows(statement: Statement, texts: list[str]) -> list[tuple[str | None, ...]]:
    """Run a statement in the caller's transaction."""
    django = connections[DEFAULT_DB_ALIAS]  # each look through django.db.connection costs a thread-local one
    if not django.in_atomic_block:
        raise NoOpenTransaction("Posting needs an open transaction.")
    django.ensure_connection()
    django.validate_no_broken_transaction()
    params = _encoded(texts)
    try:
        with django.wrap_database_errors:
            return run(django.connection, statement, params)
    except Exception as error:
        _raise_raced_key(error)
        raise


def _encoded(texts: list[str]) -> list[bytes | None]:
    params: list[bytes | None] = [*"\x00".join(texts).encode().split(b"\x00")]
    if len(params) != len(texts):
        raise UnbalancedPosting(_NUL)
    params[_REVERSES] = params[_REVERSES] or None
    return params


def _raise_raced_key(error: Exception) -> None:
    cause = error.__cause__
    if isinstance(cause, psycopg.Error) and cause.sqlstate == _RACED_KEY and cause.diag.message_detail:
        facts = json.loads(cause.diag.message_detail)
        raise PostingKeyConflict(facts["key"], UUID(facts["existing_id"])) from error


def _refuse(key: str, row: Sequence[str | None]) -> NoReturn:
    status, identity, _, _, lacking = row
    if status == "conflict" and identity is not None:
        raise PostingKeyConflict(key, UUID(identity))
    facts = json.loads(lacking or "{}")
    raise InsufficientFunds(facts["kind"], facts["holder"], facts["asset"], int(facts["missing_minor"]))
