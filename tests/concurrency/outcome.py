"""What a day's work left in the books, by natural keys: without ids of its own making, moments and counters of tries."""

import json
import re
from collections import Counter
from typing import Any

from django.db import connection

from reconciliation.models import Match

Outcome = dict[str, Counter[str]]

_WORDS = re.compile(
    r"[a-z]{2,8}_[0-9a-z]{26}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|CASE-\d+|\d{4}-\d\d-\d\dT[\d:.]+\S*"
)
_MATCH = re.compile(r"^((?:line|bank)\.\w+:line:\w+:\d+):\d+$")  # the key of what a pair posts ends with the pair's own number
_QUERIES = {
    "journal": """
        SELECT t.posting_key, t.rule, t.business_date, t.corrects_date, t.currency, t.intent_ref, t.player_ref, t.occurred_at::date,
               (SELECT jsonb_agg(jsonb_build_array(a.kind, a.owner_ref, e.asset, e.amount_minor, e.ref, e.label)
                                 ORDER BY a.kind, a.owner_ref, e.asset, e.amount_minor, e.ref, e.label)
                  FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.transaction_id = t.id)
          FROM ledger_journal_transaction t""",
    "wallets": """
        SELECT owner_ref, asset, playable_minor, pending_minor, locked_minor, bonus_minor, receivable_minor FROM ledger_wallet""",
    "suspense": """
        SELECT line_kind, line_id, holder, currency, amount_minor, reason_code, cleared_at IS NULL FROM reconciliation_suspense_item""",
    "batches": """
        SELECT merchant_account_id, number, currency, version, state, payout_minor, carried_minor, paid_minor, due_date, totals
          FROM reconciliation_batch""",
    "runs": """
        SELECT account_code, date, state, lines, matched, suggested, carried_forward, cases, residuals, error
          FROM reconciliation_run""",
    "lookups": """
        SELECT r.account_code, l.reference, l.is_known FROM reconciliation_lookup_answer l
          JOIN reconciliation_run r ON r.id = l.run_id""",
    "cases": """
        SELECT reason_code, state, entity_id, business_date, amount_minor, currency, merchant_account_id, bank_account_id, severity,
               merchant_reference, psp_reference, bank_reference, dedupe_key, version, facts, resolution, resolution_note, opened_at::date,
               (SELECT jsonb_agg(jsonb_build_array(l.kind, l.target_id, l.side) ORDER BY l.kind, l.target_id)
                  FROM reconciliation_case_link l WHERE l.case_id = c.id),
               (SELECT jsonb_agg(jsonb_build_array(e.kind, e.text) ORDER BY e.id) FROM reconciliation_case_entry e WHERE e.case_id = c.id)
          FROM reconciliation_case c""",
    "alerts": "SELECT watch_id, about, state, sentence, case_ref = '' FROM reconciliation_alert",
    "deposits": "SELECT id, state, captured_minor, refunded_minor, disputed_minor FROM cashier_deposit_intent",
    "captures": "SELECT intent_id, psp_ref, state, amount_minor, currency, refunded_minor, disputed_minor FROM cashier_capture",
    "refunds": "SELECT id, psp_ref, state, amount_minor FROM cashier_refund",
    "payouts": "SELECT id, psp_ref, state, amount_minor FROM cashier_payout_intent",
    "holds": "SELECT kind, ref, player_id, currency, amount_minor, state FROM cashier_hold",
    "disputes": "SELECT provider_case_id, state, amount_minor, currency FROM disputes_dispute",
    "events": "SELECT event, state, error FROM cashier_psp_event e JOIN cashier_psp_event_work w ON w.event_id = e.id",
}


def outcome() -> Outcome:
    """Of the present database, by kind."""
    found = {name: Counter(_text(row) for row in _rows(query)) for name, query in _QUERIES.items()}
    found["matches"] = Counter(_text(_pair(match)) for match in Match.objects.select_related("run"))
    return found


def differences(one: Outcome, other: Outcome) -> dict[str, dict[str, list[str]]]:
    """What one has and the other has not, by kind. An id that only one of both knows was made by it, and is no difference."""
    known = _names(one) & _names(other)
    return {
        name: {"lacks": sorted((left - right).elements()), "has": sorted((right - left).elements())}
        for name in one
        if (left := _masked(one[name], known)) != (right := _masked(other[name], known))
    }


def _pair(match: Match) -> tuple[Any, ...]:
    return (
        match.rule, match.run.account_code, match.line_kind, match.line_id, match.item_kind, match.item_part, match.item_public_id,
        match.currency, match.line_minor, match.difference_minor, match.compared, match.suggested, match.undone_at is None,
    )  # fmt: skip


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _text(row: tuple[Any, ...]) -> str:
    return json.dumps([_MATCH.sub(r"\1", cell) if isinstance(cell, str) else cell for cell in row], default=str, sort_keys=True)


def _names(found: Outcome) -> set[str]:
    return {name for rows in found.values() for row in rows for name in _WORDS.findall(row)}


def _masked(rows: Counter[str], known: set[str]) -> Counter[str]:
    masked: Counter[str] = Counter()
    for row, count in rows.items():
        masked[_WORDS.sub(lambda name: name[0] if name[0] in known else name[0].partition("_")[0][:8], row)] += count
    return masked
