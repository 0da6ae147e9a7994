"""Proofs over the journal itself (L1 to L3, L5 to L7, L10)."""

from ledger.chart import CHART, WALLET_KINDS
from ledger.proofs.checks import Check, check_sql
from ledger.proofs.guards import guards_are_on

_ENTRIES = "SELECT count(*) FROM ledger_entry"
_FIRST = f"({-(2**63)})::bigint"
_TRANSACTIONS = "SELECT count(*) FROM ledger_journal_transaction"


def transactions_balance() -> Check:
    """Every transaction has two entries or more, which sum to zero per asset; no entry is without its transaction (L1)."""
    return check_sql(
        "transactions_balance",
        examined=_TRANSACTIONS,
        differences="""
            SELECT coalesce(t.id, e.transaction_id) AS transaction, e.asset, e.total AS total_minor, coalesce(e.entries, 0) AS entries
              FROM (SELECT transaction_id, max(asset) AS asset, max(abs(total)) AS total, sum(entries) AS entries
                      FROM (SELECT transaction_id, asset, sum(amount_minor) AS total, count(*) AS entries
                              FROM ledger_entry GROUP BY 1, 2) per_asset
                     GROUP BY transaction_id) e
              FULL JOIN ledger_journal_transaction t ON t.id = e.transaction_id
             WHERE t.id IS NULL OR e.transaction_id IS NULL OR e.total <> 0 OR e.entries < 2""",
    )


def trial_balance_is_zero() -> Check:
    """All entries of an entity sum to zero in each asset (L10)."""
    grouped = """SELECT a.entity_id AS entity, a.asset, sum(e.amount_minor) AS total_minor
                   FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id GROUP BY 1, 2"""
    return check_sql(
        "trial_balance_is_zero",
        examined=f"SELECT count(*) FROM ({grouped}) g",
        differences=f"SELECT * FROM ({grouped}) g WHERE total_minor <> 0",
    )


def books_are_separate() -> Check:
    """An entry's account is of its transaction's entity and of the entry's asset; both are of one business day (L5)."""
    return check_sql(
        "books_are_separate",
        examined=_ENTRIES,
        differences="""
            SELECT e.id AS entry, e.transaction_id AS transaction FROM ledger_entry e
              LEFT JOIN ledger_account a ON a.id = e.account_id
              LEFT JOIN ledger_journal_transaction t ON t.id = e.transaction_id
             WHERE a.id IS NULL OR a.entity_id IS DISTINCT FROM t.entity_id OR a.asset <> e.asset
                OR e.business_date IS DISTINCT FROM t.business_date""",
    )


def wallets_equal_entries() -> Check:
    """Every balance row is the sum of its accounts' entries, each kind by itself (L6)."""
    return check_sql(
        "wallets_equal_entries",
        examined="SELECT count(*) FROM ledger_wallet",
        differences="""
            SELECT coalesce(w.owner_ref, e.owner_ref) AS holder, coalesce(w.asset, e.asset) AS asset, coalesce(w.kind, e.kind) AS kind,
                   coalesce(w.amount, 0) AS wallet_minor, coalesce(e.amount, 0) AS entries_minor
              FROM (SELECT x.entity_id, x.owner_ref, x.asset, k.kind, k.amount FROM ledger_wallet x,
                           LATERAL (VALUES ('playable', x.playable_minor), ('pending', x.pending_minor), ('locked', x.locked_minor),
                                           ('bonus', x.bonus_minor), ('receivable', x.receivable_minor)) k(kind, amount)) w
              FULL JOIN (SELECT a.entity_id, a.owner_ref, a.asset, a.kind,
                                sum(CASE WHEN a.kind = 'receivable' THEN n.amount_minor ELSE -n.amount_minor END) AS amount
                           FROM ledger_account a JOIN ledger_entry n ON n.account_id = a.id
                          WHERE a.kind = ANY(%(walleted)s::text[]) GROUP BY 1, 2, 3, 4) e
                ON e.owner_ref = w.owner_ref AND e.asset = w.asset AND e.entity_id = w.entity_id AND e.kind = w.kind
             WHERE coalesce(w.amount, 0) <> coalesce(e.amount, 0)""",
        params={"walleted": list(WALLET_KINDS)},
    )


def checkpoints_equal_recomputation() -> Check:
    """Each checkpoint is the one before plus the entries between, the first one all entries up to it; ids begin at 1 (L7)."""
    return check_sql(
        "checkpoints_equal_recomputation",
        examined="SELECT count(*) FROM ledger_checkpoint",
        differences=f"""
            SELECT c.account_id AS account, c.entry_id AS entry, c.balance_minor, c.before_minor + coalesce(s.total, 0) AS recomputed_minor
              FROM (SELECT account_id, entry_id, balance_minor,
                           lag(entry_id, 1, {_FIRST}) OVER w AS before_entry, lag(balance_minor, 1, 0::numeric) OVER w AS before_minor
                      FROM ledger_checkpoint WINDOW w AS (PARTITION BY account_id ORDER BY entry_id)) c
              LEFT JOIN LATERAL (SELECT sum(e.amount_minor) AS total FROM ledger_entry e
                                  WHERE e.account_id = c.account_id AND e.id > c.before_entry AND e.id <= c.entry_id) s ON true
             WHERE c.balance_minor <> c.before_minor + coalesce(s.total, 0)
            UNION ALL
            SELECT account_id, id, NULL, amount_minor FROM ledger_entry WHERE id < 1""",
    )


def posting_keys_are_unique() -> Check:
    """No posting key names two transactions (L3)."""
    return check_sql(
        "posting_keys_are_unique",
        examined=_TRANSACTIONS,
        differences="SELECT posting_key, count(*) AS transactions FROM ledger_journal_transaction GROUP BY 1 HAVING count(*) > 1",
    )


def unconfirmed_equals_pending() -> Check:
    """What rails have shown and what players see as pending is the same, per entity and asset (POSTINGS.md section 4)."""
    grouped = """SELECT a.entity_id AS entity, a.asset, sum(e.amount_minor) FILTER (WHERE a.kind = 'unconfirmed') AS unconfirmed_minor,
                        -sum(e.amount_minor) FILTER (WHERE a.kind = 'pending') AS pending_minor
                   FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id
                  WHERE a.kind IN ('unconfirmed', 'pending') GROUP BY 1, 2"""
    return check_sql(
        "unconfirmed_equals_pending",
        examined=f"SELECT count(*) FROM ({grouped}) g",
        differences=f"SELECT * FROM ({grouped}) g WHERE coalesce(unconfirmed_minor, 0) <> coalesce(pending_minor, 0)",
    )


def house_accounts_keep_their_side() -> Check:
    """Debit accounts of the house that may never be below zero are not (POSTINGS.md section 2)."""
    kinds = [kind.code for kind in CHART.values() if not kind.below_zero and kind.code not in WALLET_KINDS]
    grouped = """SELECT a.kind, a.owner_ref AS holder, a.asset, sum(e.amount_minor) AS balance_minor
                   FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id WHERE a.kind = ANY(%(kinds)s::text[]) GROUP BY a.id"""
    return check_sql(
        "house_accounts_keep_their_side",
        examined=f"SELECT count(*) FROM ({grouped}) g",
        differences=f"SELECT * FROM ({grouped}) g WHERE balance_minor < 0",
        params={"kinds": kinds},
    )


def wallets_are_never_below_zero() -> Check:
    """No balance row is below zero, whatever became of the CHECK that refuses it (L6)."""
    return check_sql(
        "wallets_are_never_below_zero",
        examined="SELECT count(*) FROM ledger_wallet",
        differences="""
            SELECT w.owner_ref AS holder, w.asset, k.kind, k.amount AS wallet_minor
              FROM ledger_wallet w, LATERAL (VALUES ('playable', w.playable_minor), ('pending', w.pending_minor),
                   ('locked', w.locked_minor), ('bonus', w.bonus_minor), ('receivable', w.receivable_minor)) k(kind, amount)
             WHERE k.amount < 0""",
    )


ALL = (
    transactions_balance, trial_balance_is_zero, books_are_separate, wallets_equal_entries, wallets_are_never_below_zero,
    checkpoints_equal_recomputation, posting_keys_are_unique, unconfirmed_equals_pending, house_accounts_keep_their_side, guards_are_on,
)  # fmt: skip
