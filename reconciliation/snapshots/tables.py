"""The tables of a snapshot: their columns, in order, and what each row is. Amounts in minor units, debit positive; instants UTC.

A column that may be empty ends in "?". Ids of rows are UUIDs, as the API's public ids hold them; players stand by their id (S6).
"""

from dataclasses import dataclass

TYPES = {"text": "VARCHAR", "money": "DECIMAL(38,0)", "int": "BIGINT", "date": "DATE", "instant": "TIMESTAMP", "bool": "BOOLEAN"}


@dataclass(frozen=True, slots=True)
class Table:
    """`order`: the columns that give its rows their one order."""

    name: str
    about: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.columns]

    @property
    def texts(self) -> list[str]:
        return [name for name, kind in self.columns if kind == "text"]

    @property
    def duck_types(self) -> dict[str, str]:
        return {name: TYPES[kind.removesuffix("?")] for name, kind in self.columns}


def _table(name: str, about: str, columns: str, order: str) -> Table:
    """`columns`: "name kind, name kind"."""
    pairs = [part.split() for part in columns.split(",")]
    return Table(name, about, tuple((column, kind) for column, kind in pairs), tuple(order.split()))


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "snapshot_day", "one row: whose day it is, when it ended, when its books were prepared",
            "entity text, business_date date, version int, licence text, started_at instant, ended_at instant, prepared_at instant",
            "business_date",
        ),
        _table("fee_texts", "texts of fee rows that are in the contract of an account", "account text, text text", "account text"),
        _table(
            "transactions", "every posting of the day",
            "id text, posting_key text, kind text, rule text, currency text, intent text, player text, business_date date,"
            " corrects_date date?, reverses text, occurred_at instant, posted_at instant, actor_kind text, actor text,"
            " fingerprint text, payload_sha256 text",
            "id",
        ),
        _table(
            "entries", "the lines of these postings",
            "id int, transaction_id text, account text, holder text, asset text, amount_minor money, ref text, label text", "id",
        ),
        _table(
            "balances", "every account's balance at the end of the day; players together, holder empty",
            "account text, holder text, asset text, total_minor money", "account holder asset",
        ),
        _table(
            "accounts", "merchant and bank accounts of the entity",
            "code text, public_id text, kind text, provider text, currency text, is_active bool", "kind code",
        ),
        _table(
            "batches", "settlement batches of the day, those that the bank has not shown, those with a difference",
            "id text, account text, number text, currency text, version int, state text, business_date date, payout_date date?,"
            " due_date date?, payout_minor money, carried_minor money, lines int, transfer_reference text, file_sha256 text",
            "id",
        ),
        _table(
            "psp_lines", "lines of the day's batches; older ones that stand in suspense or differ from their item",
            "id int, batch text, line_number int, kind text, type text, reverses text, merchant_reference text,"
            " object_merchant_reference text, psp_reference text, object_reference text, method text, gross_currency text,"
            " gross_minor money, net_currency text, net_minor money, fees_minor money, created_at instant, business_date date",
            "id",
        ),
        _table(
            "bank_lines", "bank lines booked on the day; older ones that stand in suspense",
            "id int, account text, currency text, amount_minor money, booked_date date, value_date date?, bank_reference text,"
            " end_to_end text, transaction_code text, is_reversal bool",
            "id",
        ),
        _table(
            "statements", "bank statements that end on the day",
            "account text, number text, currency text, opening_minor money, closing_minor money, opening_date date?,"
            " closing_date date?, lines int, file_sha256 text",
            "account closing_date number",
        ),
        _table(
            "matches", "pairs of these lines with what they prove",
            "id int, rule text, line_kind text, line int, item_kind text, item text, item_part int, currency text, line_minor money,"
            " difference_minor money, suggested bool",
            "id",
        ),
        _table(
            "suspense", "lines whose value stood in suspense at the end of the day; waits: nobody has explained it since",
            "line_kind text, line int, account text, currency text, amount_minor money, reason_code text, waits bool",
            "line_kind line",
        ),
        _table(
            "open_items",
            "captures, refunds and payouts that no line had proved: carried forward by name, or past due; method: if its window differs",
            "kind text, id text, account text, method text, currency text, amount_minor money, merchant_reference text,"
            " psp_reference text, psp_object text, business_date date",
            "kind id",
        ),
        _table(
            "lookups", "what PSPs last answered of these payments; captures separated by spaces",
            "account text, reference text, is_known bool, state text, captures text", "account reference",
        ),
        _table(
            "windows",
            "what is due before these days is missing, as the last runs saw it: items by their day, batches by their due date",
            "kind text, method text, currency text, not_due_from date", "kind method currency",
        ),
        _table(
            "cases", "cases of the day, in any state, and of earlier days that live",
            "number int, code text, category text, severity text, state text, owner_team text, account text, currency text,"
            " amount_minor money, business_date date, merchant_reference text, psp_reference text, bank_reference text,"
            " resolution text, opened_at instant, due_at instant",
            "number",
        ),
        _table("case_links", "records that these cases speak of", "case_number int, kind text, target text", "case_number kind target"),
        _table("files", "papers of the day as they were received", "name text, source text, sha256 text, bytes int", "name sha256"),
        _table(
            "attempts", "authorisations tried on the day",
            "id text, account text, method text, region text, currency text, amount_minor money, outcome text, decline_code text,"
            " three_ds_version text, eci text, avs text, cvv text, challenged bool, tried_at instant",
            "id",
        ),
    )
}  # fmt: skip
