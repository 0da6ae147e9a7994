"""The journal's tables in raw SQL, past the posting functions; and those functions as whoever holds the application's role calls them."""

from decimal import Decimal
from typing import Any

import psycopg

from ledger.ids import new_id
from ledger.models import LegalEntity
from tests.ledger.books import NOON

Lines = tuple[list[str], list[str], list[str], list[int | Decimal]]  # kinds, holders, assets, amounts
XACT = "pg_current_xact_id()::text::bigint"
NEW_TRANSACTION = """
    INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
           intent_ref, player_ref, business_date, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
    VALUES (%(id)s, %(key)s, %(entity)s, 'R@1', 'R', 'EUR', '{}', '', '', '', '', '2026-03-10', 'system', 't', '', now(), now(), {xact})
"""
NEW_ENTRIES = """
    INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
    SELECT %(id)s, l.account, l.asset, l.amount, '2026-03-10', '', ''
      FROM unnest(%(accounts)s::bigint[], %(assets)s::text[], %(amounts)s::numeric[]) l(account, asset, amount)
"""


def insert(
    role: "psycopg.Connection[Any]", entity: LegalEntity, accounts: list[int], assets: list[str], amounts: list[int], xact: str = XACT
) -> None:
    """A transaction and its entries in one statement, as the posting functions do it."""
    facts = {"id": new_id(), "key": "x", "entity": entity.pk, "accounts": accounts, "assets": assets, "amounts": amounts}
    role.execute(f"WITH t AS ({NEW_TRANSACTION.replace('{xact}', xact)}) {NEW_ENTRIES}", facts)


def accounts_of(connection: "psycopg.Connection[Any]", entity: LegalEntity, assets: list[str]) -> list[int]:
    made = [
        connection.execute(
            "INSERT INTO ledger_account (entity_id, kind, owner_ref, asset) VALUES (%s, 'outside', %s, %s) RETURNING id",
            [entity.pk, f"le_{number}", asset],
        ).fetchone()
        for number, asset in enumerate(assets)
    ]
    return [row[0] for row in made if row]


def call_door(
    app: "psycopg.Connection[Any]",
    function: str,
    entity: LegalEntity,
    of_lines: LegalEntity,
    lines: Lines,
) -> None:
    """A posting function with one posting of these lines, by the names of its parameters."""
    kinds, holders, assets, amounts = lines
    many = function == "ledger_post_many"
    head = {
        "id": (new_id(), "uuid"), "key": ("raw", "text"), "entity": (entity.pk, "uuid"), "rule": ("R@1", "text"), "kind": ("R", "text"),
        "currency": ("EUR", "text"), "source": ("{}", "text"), "fingerprint": ("f", "text"), "payload": ("", "text"),
        "intent": ("", "text"), "player": ("", "text"), "day": ("2026-03-10", "date"), "reverses": (None, "uuid"),
    }  # fmt: skip
    plural = {"entity": "entities", "currency": "currencies", "reverses": "reverses"}
    values: list[tuple[str, object, str]] = [
        (f"p_{plural.get(name, name + 's')}", [value], f"{kind}[]") if many else (f"p_{name}", value, kind)
        for name, (value, kind) in head.items()
    ]
    values += [("p_actor_kind", "system", "text"), ("p_actor_id", "t", "text"), ("p_trace", "", "text")]
    values += [("p_occurred", [NOON] if many else NOON, "timestamptz[]" if many else "timestamptz"), ("p_posted", NOON, "timestamptz")]
    texts = [""] * len(kinds)
    if many:
        places = list(range(1, len(kinds) + 1))
        values += [("a_entities", [of_lines.pk] * len(kinds), "uuid[]")]
        values += [("a_kinds", kinds, "text[]"), ("a_holders", holders, "text[]"), ("a_assets", assets, "text[]")]
        values += [("l_posting", [1] * len(kinds), "int[]"), ("l_account", places, "int[]")]
        values += [("l_amounts", amounts, "numeric[]"), ("l_refs", texts, "text[]"), ("l_labels", texts, "text[]")]
    else:
        values += [("p_kinds", kinds, "text[]"), ("p_holders", holders, "text[]"), ("p_assets", assets, "text[]")]
        values += [("p_amounts", amounts, "numeric[]"), ("p_refs", texts, "text[]"), ("p_labels", texts, "text[]")]
    arguments = ", ".join(f"{name} => %s::{kind}" for name, _, kind in values)
    app.execute(f"SELECT * FROM {function}({arguments})", [value for _, value, _ in values])
