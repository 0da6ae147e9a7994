"""`ledger_prove` over ten million entries: how long, and how much memory (L10)."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import psycopg
from django.db import transaction

from bench.books import NOON, NUMBERS, hash_of, in_chunks, open_accounts, public_of, rows_like, separate_database, series_id, uuid_of
from bench.database import CHECKOUT, analyze
from bench.registry import Result, Setting, benchmark
from bench.settlement_report import make_account
from cashier.models import Attempt, Capture, DepositIntent, MerchantAccount, Player
from ledger.ids import to_public
from ledger.models import Wallet
from ledger.operations import write_checkpoints
from ledger.operations.postings import lines_of

ENTRIES = 10_000_000
PARTIES = 1_000  # players, each with one intent and attempt; deposit number n is of party n % PARTIES
MEMORY_MIB = 300
GROSS, FEE = 5_100, 100
RULE = "DEPOSIT_CAPTURED@1"
TRANSACTIONS, CAPTURES, INTENTS, ATTEMPTS, PLAYERS = 1, 2, 3, 4, 5  # series of ids
PARTY = f"(n %% {PARTIES})"
CAPTURE, PLAYER = public_of("cap_", CAPTURES), public_of("pl_", PLAYERS, PARTY)


@dataclass(frozen=True, slots=True)
class House:
    """Who these books are about."""

    account: MerchantAccount
    entity: str


@benchmark("prove_10m")
def bench_prove(setting: Setting) -> Result:
    """Deposits of three lines each with their captures; the yardstick is one sum over the entries by account; --quick: 300,000 entries."""
    deposits = (ENTRIES * 3 // 100 if setting.quick else ENTRIES) // 3 + 1
    with separate_database(setting, "countroom_bench_prove") as apart:
        _write_books(apart, deposits)
        write_checkpoints(wait_seconds=60)
        analyze(apart.owner_url)
        yardstick = _sum_entries(apart.owner_url)
        reports = {command: _run(command, apart) for command in ("ledger_prove", "ledger_replay")}
    for name, report in reports.items():
        print(f"  {name}: {report['seconds']:.0f} s, {report['peak_rss_mib']} MiB, {deposits * 3} entries", flush=True)
    peak = int(max(report["peak_rss_mib"] for report in reports.values()))
    if peak > MEMORY_MIB:
        raise RuntimeError(f"{peak} MiB: a proof stays below {MEMORY_MIB} MiB, whatever the number of entries.")
    seconds = reports["ledger_prove"]["seconds"]
    return Result(
        ratio=round(seconds / yardstick, 3), better="lower", yardstick="sum of the entries by account", yardstick_value=round(yardstick, 2),
        value=round(seconds, 2), unit="s", peak_rss_mib=peak, n=deposits * 3,
    )  # fmt: skip


def _run(command: str, setting: Setting) -> dict[str, float]:
    """The command's own report. Raises RuntimeError where a check does not hold: these books are sound."""
    environment = {**os.environ, "DATABASE_URL": setting.app_url, "DATABASE_OWNER_URL": setting.owner_url}
    done = subprocess.run(
        [sys.executable, "manage.py", command, "--json"], cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
    )
    report = json.loads(done.stdout.splitlines()[-1])
    if not report["ok"]:
        raise RuntimeError(f"{command}: {[check for check in report['checks'] if not check['ok']]}")
    return dict(report)


def _sum_entries(url: str) -> float:
    began = time.monotonic()
    with psycopg.connect(url) as connection:
        connection.execute("SELECT account_id, sum(amount_minor) FROM ledger_entry GROUP BY 1").fetchall()
    return time.monotonic() - began


def _write_books(setting: Setting, deposits: int) -> None:
    """The small tables by the ORM, the large ones inside the database."""
    with transaction.atomic():
        house = _house()
        players = _write_parties(house, deposits)
    holders = [("clearing", house.account.public_id), ("fee_income", house.entity), *(("playable", each.public_id) for each in players)]
    open_accounts(setting.owner_url, house.account.entity_id, holders)
    params: dict[str, object] = {"entity": house.account.entity_id, "day": NOON.date(), "now": NOON}
    intents = [_intents(house, deposits), _births("DepositIntent", "CAPTURED"), _attempts(house)]
    in_chunks(setting.owner_url, intents, first=-1, count=PARTIES, params=params, what="intents")
    statements = [_captures(house), _births("Capture", "SUCCEEDED"), _journal(house)]
    in_chunks(setting.owner_url, statements, first=0, count=deposits, params=params, what="deposits")


def _house() -> House:
    account = make_account("BENCH_PROVE")
    return House(account, to_public("le_", account.entity_id))


def _write_parties(house: House, deposits: int) -> list[Player]:
    """Players with their balance rows."""
    brand, entity = house.account.brands.get(), house.account.entity
    common = {"brand": brand, "country": "MT", "currency": "EUR", "created_at": NOON, "updated_at": NOON}
    players = Player.objects.bulk_create(
        [Player(id=series_id(PLAYERS, number), external_id=f"p{number}", **common) for number in range(PARTIES)]
    )
    balances = [(GROSS - FEE) * _share(number, deposits) for number in range(PARTIES)]
    Wallet.objects.bulk_create(
        [
            Wallet(entity=entity, owner_ref=player.public_id, asset="EUR", playable_minor=minor)
            for player, minor in zip(players, balances, strict=True)
        ]
    )
    return players


def _share(party: int, deposits: int) -> int:
    """How many of the numbers 1 to `deposits` are this party's."""
    return deposits // PARTIES + (1 if 0 < party <= deposits % PARTIES else 0)


def _intents(house: House, deposits: int) -> str:
    """One intent of each party with all its captures."""
    account = house.account
    template = DepositIntent(
        created_at=NOON, updated_at=NOON, merchant_account_id=account.pk, currency="EUR", amount_minor=GROSS, gross_minor=GROSS,
        player_id=series_id(PLAYERS, 0), brand_id=account.brands.get().pk, entity_id=account.entity_id, client_id="bench", method="card",
        state="CAPTURED", expires_at=NOON,
    )  # fmt: skip
    share = f"{deposits // PARTIES} + CASE WHEN n BETWEEN 1 AND {deposits % PARTIES} THEN 1 ELSE 0 END"
    captured = {"captured_minor": f"({share}) * {GROSS}"}
    return rows_like(template, {"id": uuid_of(INTENTS), "player_id": uuid_of(PLAYERS), **captured})


def _attempts(house: House) -> str:
    template = Attempt(
        created_at=NOON, updated_at=NOON, merchant_account_id=house.account.pk, currency="EUR", amount_minor=GROSS, call_state="DONE",
        intent_id=series_id(INTENTS, 0), idempotency_key="", number=1, payment_token="tok", capture_mode="auto", outcome="CAPTURED",
        call_kind="authorize",
    )  # fmt: skip
    return rows_like(template, {"id": uuid_of(ATTEMPTS), "intent_id": uuid_of(INTENTS), "idempotency_key": "'a' || n"})


def _captures(house: House) -> str:
    template = Capture(
        created_at=NOON, updated_at=NOON, merchant_account_id=house.account.pk, currency="EUR", amount_minor=GROSS, call_state="DONE",
        player_fee_minor=FEE, intent_id=series_id(INTENTS, 0), attempt_id=series_id(ATTEMPTS, 0), idempotency_key="", state="SUCCEEDED",
        call_kind="capture", captured_at=NOON,
    )  # fmt: skip
    changed = {
        "id": uuid_of(CAPTURES), "intent_id": uuid_of(INTENTS, PARTY), "attempt_id": uuid_of(ATTEMPTS, PARTY),
        "idempotency_key": "'c' || n", "psp_ref": "'obj' || n",
    }  # fmt: skip
    return rows_like(template, changed)


def _births(model: str, state: str) -> str:
    """The transition in which each row came into its state."""
    series = {"Capture": CAPTURES, "DepositIntent": INTENTS}[model]
    return f"""
INSERT INTO ledger_transition (target_kind, target_id, field, from_state, to_state, event, actor_kind, actor_id, trace_id, at)
      SELECT 'cashier.{model}', {uuid_of(series)}, 'state', '', '{state}', 'bench', 'system', 'bench', '', %(now)s
        FROM {NUMBERS}"""


def _journal(house: House) -> str:
    """Transactions with their three lines, sources and fingerprints, as the rule itself makes them."""
    source = {
        "entity": house.entity, "player": "PLAYER", "merchant_account": house.account.public_id, "asset": "EUR", "ref": "CAPTURE",
        "gross_minor": GROSS, "player_fee_minor": FEE, "seen_minor": 0,
    }  # fmt: skip
    text = json.dumps(source).replace('"PLAYER"', f"""\"' || {PLAYER} || '\"""").replace('"CAPTURE"', f"""\"' || {CAPTURE} || '\"""")
    return f"""
WITH t AS (
    INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
           intent_ref, player_ref, business_date, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
    SELECT {uuid_of(TRANSACTIONS)}, 'deposit.captured:' || {CAPTURE}, %(entity)s, '{RULE}', 'DEPOSIT_CAPTURED', 'EUR',
           ('{text}')::jsonb, {_fingerprint(house, source)}, '', '', {PLAYER}, %(day)s, 'system', 'bench', '', %(now)s, %(now)s,
           pg_current_xact_id()::text::bigint
      FROM {NUMBERS}
)
INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
SELECT {uuid_of(TRANSACTIONS)}, a.id, 'EUR', l.minor, %(day)s, {CAPTURE}, l.label
  FROM {NUMBERS},
       LATERAL (VALUES ('clearing', '{house.account.public_id}', {GROSS}, ''), ('playable', {PLAYER}, {FEE - GROSS}, ''),
                       ('fee_income', '{house.entity}', {-FEE}, 'deposit')) l(kind, holder, minor, label)
  JOIN ledger_account a ON a.kind = l.kind AND a.owner_ref = l.holder AND a.asset = 'EUR' AND a.entity_id = %(entity)s"""


def _fingerprint(house: House, source: dict[str, object]) -> str:
    """SQL of content_hash, whose order of texts is taken from the rule's own lines; ledger_replay holds each against Python's."""
    parts = ["DEPOSIT_CAPTURED", house.account.entity_id.hex]
    for line in lines_of(RULE, source):
        parts += (line.kind, line.holder, line.asset, str(line.amount_minor), line.ref, line.label)
    return hash_of([{"PLAYER": PLAYER, "CAPTURE": CAPTURE}.get(part, part) for part in parts])
