"""A webhook at the canonical door (W1 to W3) against a bare DRF view of the same web process that inserts one row."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median
from uuid import uuid4

import psycopg

from bench.calls import Connection
from bench.database import analyze
from bench.registry import Result, Setting, benchmark
from bench.site.bare import TABLE
from bench.web import Web, serving
from bench.workers import Load, Step, run_processes
from cashier.models import Brand, MerchantAccount
from cashier.webhooks.signatures import sign
from ledger.models import LegalEntity

CLIENTS = 8
ACCOUNT = "BENCH_HOOKS"
SECRET = "a secret of the benchmark"
SECRET_NAME = f"{ACCOUNT}_WEBHOOK_SECRET"


@benchmark("webhook_accept")
def bench_webhook_accept(setting: Setting) -> Result:
    """8 connections POST /webhooks/psp, each an event of its own: signature, window, nonce, two identities, event and work row, nudge."""
    _fixture(setting)
    loads: dict[str, list[Load]] = {"bare": [], "ours": []}
    with _secret(), serving(setting, settings="bench.site.settings") as web:
        for turn in range(setting.turns):
            for name, make in (("bare", _bare(web)), ("ours", _webhook(web))):
                analyze(setting.owner_url)
                load = run_processes(make, processes=CLIENTS, seconds=setting.seconds)
                loads[name].append(load)
                print(f"  turn {turn + 1}, {name}: {load.per_second:.0f}/s, p95 {load.p95_ms:.1f} ms", flush=True)
        peak = web.peak_rss_mib()
    return _result(loads, peak)


def _result(loads: dict[str, list[Load]], peak: int) -> Result:
    base, ours = (median(load.per_second for load in loads[name]) for name in ("bare", "ours"))
    return Result(
        ratio=round(ours / base, 3), better="higher", yardstick="bare DRF view, one INSERT", yardstick_value=round(base, 1),
        value=round(ours, 1), unit="requests/s", p50_ms=round(median(load.p50_ms for load in loads["ours"]), 3),
        p95_ms=round(median(load.p95_ms for load in loads["ours"]), 3), peak_rss_mib=peak, n=sum(load.n for load in loads["ours"]),
    )  # fmt: skip


@contextmanager
def _secret() -> Iterator[None]:
    """The account's secret in the environment that the web process is given."""
    os.environ[SECRET_NAME] = SECRET
    try:
        yield
    finally:
        del os.environ[SECRET_NAME]


def _bare(web: Web) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        connection = Connection(web.port)

        def step() -> None:
            connection.post("/bench/row", json.dumps({"player_id": "pl_1", "amount": "1.00"}), {})

        return step

    return make


def _webhook(web: Web) -> Callable[[int], Step]:
    def make(number: int) -> Step:
        connection, numbers, run = Connection(web.port), count(1), uuid4().hex[:12]

        def step() -> None:
            name = f"{run}-{number}-{next(numbers):08d}"
            body = json.dumps(_event(name))
            at = int(time.time())
            signature = sign(SECRET, timestamp=at, nonce=name, body=body.encode())
            headers = {"X-Merchant-Account": ACCOUNT, "X-Timestamp": str(at), "X-Nonce": name, "X-Signature": signature}
            connection.post("/webhooks/psp", body, headers)

        return step

    return make


def _event(name: str) -> dict[str, object]:
    return {
        "event_id": f"evt_{name}",
        "event": "payment.captured",
        "psp_ref": f"psp_{name}",
        "intent_id": "pi_01jd0000000000000000000000",
        "capture_id": f"cap_{name}",
        "amount": {"minor_units": 5000, "currency": "EUR"},
        "occurred_at": "2026-03-10T09:00:00Z",
        "idempotency_key": f"cap_{name}",
    }


def _fixture(setting: Setting) -> None:
    """An account of the sandbox's provider, and the yardstick's table."""
    entity = LegalEntity.objects.filter(code="BENCH").first() or LegalEntity.objects.create(code="BENCH", name="Bench", zone="Europe/Malta")
    brand, _ = Brand.objects.get_or_create(code="bench", defaults={"name": "Bench", "entity": entity})
    account = MerchantAccount.objects.create(
        code=ACCOUNT, entity=entity, provider="sandbox", secret_ref=ACCOUNT, base_url="http://127.0.0.1:9"
    )
    account.brands.add(brand)
    with psycopg.connect(setting.owner_url) as connection:
        connection.execute(TABLE.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        connection.execute("GRANT ALL ON bench_row, bench_row_id_seq TO PUBLIC")
