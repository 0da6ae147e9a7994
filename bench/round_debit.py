"""A stake over HTTP (G2) against a bare DRF view of the same web process that inserts one row: what checking and booking cost."""

import json
import random
from collections.abc import Callable
from datetime import datetime
from itertools import count
from statistics import median
from uuid import UUID, uuid4

import psycopg
from django.db import transaction
from psycopg import sql

from bench.calls import Connection
from bench.database import analyze
from bench.registry import Result, Setting, benchmark
from bench.site.bare import TABLE
from bench.web import Web, serving
from bench.workers import Load, Step, run_processes
from cashier.models import ApiClient, Brand, Player
from config.api.tokens import issue_token
from ledger import clock
from ledger.actors import system_actor
from ledger.ids import to_public
from ledger.models import LegalEntity
from ledger.operations import Posting, post_many

CLIENT = "bench-games"
CLIENTS = 8
PLAYERS = 2_000
PURSE_MINOR = 100_000_000
WRITES = {"bare": "bench_row", "debit": "cashier_round_move"}


@benchmark("round_debit_http")
def bench_round_debit(setting: Setting) -> Result:
    """8 connections POST /v1/games/rounds/debit, each a stake of 1.00 in a round of its own: token, scope, rate, key, limits, books."""
    players = _fixture(setting)
    loads: dict[str, list[Load]] = {"bare": [], "debit": []}
    cpu: dict[str, list[tuple[float, float]]] = {"bare": [], "debit": []}
    with serving(setting, settings="bench.site.settings") as web:
        for turn in range(setting.turns):
            for name, make in (("bare", _bare(web, players)), ("debit", _debit(web, players))):
                load, used = _measure(setting, web, make, table=WRITES[name])
                loads[name].append(load)
                cpu[name].append(used)
                told = f"{sum(used):.2f} ms of processor a request, {used[0]:.2f} of the web process and {used[1]:.2f} of the database"
                print(f"  turn {turn + 1}, {name}: {load.per_second:.0f}/s, p95 {load.p95_ms:.1f} ms, {told}", flush=True)
        peak = web.peak_rss_mib()
    return _result(loads, cpu, peak)


def _result(loads: dict[str, list[Load]], cpu: dict[str, list[tuple[float, float]]], peak: int) -> Result:
    base, ours = (median(load.per_second for load in loads[name]) for name in ("bare", "debit"))
    bare, debit = (median(sum(used) for used in cpu[name]) for name in ("bare", "debit"))
    if debit:
        ratio = bare / debit
        print(f"  by processor time alone the ratio is {ratio:.2f} (this tells where the machine is shared)", flush=True)
    return Result(
        ratio=round(ours / base, 3), better="higher", yardstick="bare DRF view, one INSERT", yardstick_value=round(base, 1),
        value=round(ours, 1), unit="requests/s", p50_ms=round(median(load.p50_ms for load in loads["debit"]), 3),
        p95_ms=round(median(load.p95_ms for load in loads["debit"]), 3), peak_rss_mib=peak, n=sum(load.n for load in loads["debit"]),
    )  # fmt: skip


def _measure(setting: Setting, web: Web, make: Callable[[int], Step], *, table: str) -> tuple[Load, tuple[float, float]]:
    """The load, and the processor milliseconds of web and of database per request: each writes one row of `table`."""
    analyze(setting.owner_url)
    rows, before = _count(setting, table), web.cpu_parts()
    load = run_processes(make, processes=CLIENTS, seconds=setting.seconds)
    after = web.cpu_parts()
    requests = _count(setting, table) - rows
    return load, (1000 * (after[0] - before[0]) / requests, 1000 * (after[1] - before[1]) / requests)


def _count(setting: Setting, table: str) -> int:
    with psycopg.connect(setting.owner_url) as connection:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        return int(row[0]) if row else 0


def _bare(web: Web, players: list[str]) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        choose, connection = random.Random(number), Connection(web.port)

        def step() -> None:
            connection.post("/bench/row", json.dumps({"player_id": choose.choice(players), "amount": "1.00"}), {})

        return step

    return make


def _debit(web: Web, players: list[str]) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        choose, connection, numbers, run = random.Random(number), Connection(web.port), count(1), uuid4().hex[:12]
        headers = {"Authorization": f"Bearer {issue_token(client_id=CLIENT, scopes=['games:write'])}"}

        def step() -> None:
            name = f"{run}-{number}-{next(numbers)}"
            stake = {
                "player_id": choose.choice(players), "round_id": f"r{name}", "amount": "1.00", "currency": "EUR", "meta": {"game": "book"},
            }  # fmt: skip
            connection.post("/v1/games/rounds/debit", json.dumps(stake), {**headers, "X-Idempotency-Key": name})

        return step

    return make


def _fixture(setting: Setting) -> list[str]:
    """A client without a rate worth naming, players with a purse, and the yardstick's table."""
    now = clock.now()
    entity = LegalEntity.objects.filter(code="BENCH").first() or LegalEntity.objects.create(code="BENCH", name="Bench", zone="Europe/Malta")
    brand, _ = Brand.objects.get_or_create(code="bench", defaults={"name": "Bench", "entity": entity})
    client = ApiClient.objects.create(
        client_id=CLIENT, name="Bench", client_type="confidential", authorization_grant_type="client-credentials", scopes="games:write",
        rate_per_minute=100_000_000,
    )  # fmt: skip
    client.brands.set([brand])
    with psycopg.connect(setting.owner_url) as connection:
        connection.execute(TABLE)
        connection.execute("GRANT ALL ON bench_row, bench_row_id_seq TO PUBLIC")
    players = [
        Player(brand=brand, external_id=f"games-{number}", country="MT", kyc_status="approved", created_at=now, updated_at=now)
        for number in range(PLAYERS)
    ]
    Player.objects.bulk_create(players)
    with transaction.atomic():
        post_many([_opening(entity.pk, player.public_id, now) for player in players], actor=system_actor("bench"), now=now)
    return [player.public_id for player in players]


def _opening(entity_id: UUID, player: str, now: datetime) -> Posting:
    lines = [("outside", to_public("le_", entity_id), PURSE_MINOR), ("playable", player, -PURSE_MINOR)]
    source = {"lines": [{"kind": k, "holder": h, "asset": "EUR", "amount_minor": a, "ref": "", "label": ""} for k, h, a in lines]}
    return Posting("OPENING_BALANCE@1", f"opening:{player}", entity_id, source, now)
