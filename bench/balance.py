"""The balance of a clearing account with ten million entries: its last checkpoint and the tail behind it (L6, L7)."""

import time
from collections.abc import Callable
from statistics import quantiles
from uuid import UUID

from bench.books import NOON, in_chunks, open_accounts, separate_database, uuid_of
from bench.database import analyze
from bench.registry import Result, Setting, benchmark
from bench.web import server_pids, used_by
from ledger.ids import new_id, to_public
from ledger.models import Checkpoint, LegalEntity
from ledger.operations import write_checkpoints
from ledger.queries import get_balance
from ledger.tasks import BUSY_ENTRIES

ENTRIES = 10_000_000
LINES = 100  # entries of the account per transaction; the account's index is the same, whoever shares their transactions
CALLS, WARM_UP = 400, 20
HOLDER = to_public("ma_", UUID(int=1))
# Entries behind the last checkpoint. It is written every two seconds once BUSY_ENTRIES have come, of which a hot account has at most
# half (each has a counterpart): at 1,600 postings a second 2,000 + 3 s * 1,600 stand behind it at worst.
TAILS = (0, BUSY_ENTRIES // 2, BUSY_ENTRIES // 2 + 3 * 1_600)
STALLED = 100_000  # for the eye only: a transaction of the server that stays open for a minute at that rate holds checkpoints up

_WRITE = f"""
WITH t AS (
    INSERT INTO ledger_journal_transaction (id, posting_key, entity_id, rule, kind, currency, source, fingerprint, payload_sha256,
           intent_ref, player_ref, business_date, actor_kind, actor_id, trace_id, occurred_at, posted_at, xact_id)
    SELECT {uuid_of(1)}, 'bench:' || n, %(entity)s, 'BENCH@1', 'BENCH', 'EUR', '{{}}', '', '', '', '', %(day)s, 'system', 'bench', '',
           %(now)s, %(now)s, pg_current_xact_id()::text::bigint
      FROM generate_series(%(first)s::bigint / {LINES} + 1, %(last)s::bigint / {LINES}) n
    RETURNING id
)
INSERT INTO ledger_entry (transaction_id, account_id, asset, amount_minor, business_date, ref, label)
SELECT t.id, CASE WHEN k = 0 THEN %(other)s ELSE %(clearing)s END, 'EUR', CASE WHEN k = 0 THEN -{LINES} * 5000 ELSE 5000 END, %(day)s,
       CASE WHEN k = 0 THEN '' ELSE 'cap_' || t.id || k END, ''
  FROM t, generate_series(0, {LINES}) k
"""


@benchmark("balance_10m")
def bench_balance(setting: Setting) -> Result:
    """p95 of get_balance where the tail is as long as it gets in operation; with --quick of 1,000,000 entries."""
    entries = ENTRIES // 10 if setting.quick else ENTRIES
    with separate_database(setting, "countroom_bench_balance") as apart:
        entity = LegalEntity.objects.create(code="BENCH10M", name="Bench", zone="Europe/Malta")
        params = _params(apart.owner_url, entity)
        for part in range(10):  # as in operation: checkpoints are written while the books grow
            _write(apart, params, first=part * entries // 10, count=entries // 10)
            write_checkpoints(wait_seconds=60)
        analyze(apart.owner_url)
        print(f"  {Checkpoint.objects.count()} checkpoints over {entries} entries of the account", flush=True)
        yardstick = _time(lambda: LegalEntity.objects.get(pk=entity.pk))
        behind, worst = 0, yardstick
        for tail in (*TAILS, STALLED):
            _write(apart, params, first=entries + behind, count=tail - behind)
            behind = tail
            used = _used(apart)
            taken = _time(lambda: get_balance(entity.pk, "clearing", HOLDER, "EUR"))
            used = 1000 * (_used(apart) - used) / (CALLS + WARM_UP)
            if get_balance(entity.pk, "clearing", HOLDER, "EUR") != (entries + behind) * 5000:
                raise RuntimeError("The balance is wrong.")
            told = f"p50 {taken[0]:.2f} ms, p95 {taken[1]:.2f} ms, {used:.2f} ms of processor"
            print(f"  {entries} entries and {behind} behind the checkpoint: {told}", flush=True)
            worst = taken if tail in TAILS else worst
    return Result(
        ratio=round(worst[1] / yardstick[1], 3), better="lower", yardstick="one row by its key through the ORM",
        yardstick_value=round(yardstick[1], 3), value=round(worst[1], 3), unit="ms", p50_ms=round(worst[0], 3), p95_ms=round(worst[1], 3),
        n=entries + TAILS[-1],
    )  # fmt: skip


def _params(owner_url: str, entity: LegalEntity) -> dict[str, object]:
    clearing, other = open_accounts(owner_url, entity.pk, [("clearing", HOLDER), ("suspense", to_public("le_", new_id()))])
    return {"entity": entity.pk, "clearing": clearing, "other": other, "day": NOON.date(), "now": NOON}


def _write(setting: Setting, params: dict[str, object], *, first: int, count: int) -> None:
    if count:
        in_chunks(setting.owner_url, [_WRITE], first=first, count=count, params=params, what="entries of the account")


def _time(call: Callable[[], object]) -> tuple[float, float]:
    """p50 and p95 of CALLS calls, milliseconds, after a warm-up."""
    taken = []
    for _ in range(CALLS + WARM_UP):
        before = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - before))
    cuts = quantiles(taken[WARM_UP:], n=20)
    return cuts[9], cuts[18]


def _used(setting: Setting) -> float:
    """Processor seconds of this process and of the database server so far: they tell where the machine is shared."""
    return time.process_time() + sum(used_by(pid) for pid in server_pids(setting.owner_url))
