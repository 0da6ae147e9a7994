"""A shop, a player and accounts at the benchmarks' PSP; the web and the worker of PSP calls as `make run` starts them."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from uuid import uuid4

import psycopg

from bench.calls import Connection
from bench.database import CHECKOUT
from bench.psp import Psp
from bench.registry import Setting
from bench.site.bare import TABLE
from bench.web import START_SECONDS, Web, serving
from cashier.models import ApiClient, Brand, MerchantAccount, Player
from config.api.tokens import issue_token
from config.supervisor.processes import Places, all_processes
from ledger import clock
from ledger.models import LegalEntity

CLIENT = "bench-shop"
SCOPES = ["cashier:read", "cashier:write"]


@contextmanager
def open_shop(setting: Setting) -> Iterator[Web]:
    """Web and worker, until the block ends."""
    os.environ.update({f"BENCH_{name.upper()}_API_KEY": f"key-of-{name}" for name in ("ok", "hang")})
    with serving(setting, settings="bench.site.settings") as web, _psp_worker():
        yield web


@contextmanager
def _psp_worker() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, Path(folder, "worker.log").open("w+") as log:
        places = Places(directory=Path(folder), host="127.0.0.1", web_port=0, events_port=0, sandbox_port=0)
        worker = next(process for process in all_processes(places) if process.name == "worker-psp")
        ready = Path(worker.ready_file)
        ready.parent.mkdir(parents=True, exist_ok=True)
        places.counted.mkdir()
        environment = {**os.environ, **worker.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
        process = subprocess.Popen(worker.command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"The worker did not come up: {Path(log.name).read_text()[-2000:]}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def furnish(setting: Setting, psp: Psp) -> None:
    """Two brands, each with one account: one PSP answers, the other hangs. Run twice, nothing is made twice."""
    entity = LegalEntity.objects.filter(code="BENCH").first() or LegalEntity.objects.create(code="BENCH", name="Bench", zone="Europe/Malta")
    if not ApiClient.objects.filter(client_id=CLIENT).exists():
        ApiClient.objects.create(
            client_id=CLIENT, name="Bench", client_type="confidential", authorization_grant_type="client-credentials",
            scopes=" ".join(SCOPES), rate_per_minute=100_000_000,
        )  # fmt: skip
    client = ApiClient.objects.get(client_id=CLIENT)
    for name in ("ok", "hang"):
        brand, _ = Brand.objects.get_or_create(code=f"bench-{name}", defaults={"name": name, "entity": entity})
        client.brands.add(brand)
        now = clock.now()
        facts = {"country": "MT", "currency": "EUR", "kyc_status": "approved", "created_at": now, "updated_at": now}
        Player.objects.get_or_create(brand=brand, external_id=f"bench-{name}", defaults=facts)
        account = MerchantAccount.objects.filter(code=f"BENCH_{name.upper()}").first() or MerchantAccount(code=f"BENCH_{name.upper()}")
        account.entity, account.provider, account.secret_ref = entity, "sandbox", account.code
        account.base_url, account.timeout_seconds = psp.url(name), 2
        account.rate_per_second = account.rate_burst = 100_000
        account.concurrency = 32 if name == "ok" else 8
        account.save()
        account.brands.set([brand])
    with psycopg.connect(setting.owner_url) as connection:
        connection.execute(TABLE.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))
        connection.execute("GRANT ALL ON bench_row, bench_row_id_seq TO PUBLIC")


class Shop:
    """One caller of the API with a connection of its own."""

    def __init__(self, web: Web, name: str) -> None:
        self._connection, self._name, self._run, self._numbers = Connection(web.port), name, uuid4().hex[:12], count(1)
        self._headers = {"Authorization": f"Bearer {issue_token(client_id=CLIENT, scopes=SCOPES)}"}

    def intent(self) -> str:
        """A new deposit of 10.00 EUR."""
        body = {
            "player_id": f"bench-{self._name}", "amount": {"amount": "10.00", "currency": "EUR"}, "method": "card",
            "metadata": {"brand_id": f"bench-{self._name}"},
        }  # fmt: skip
        return str(json.loads(self._post("/v1/cashier/intents", body, expected=(201,)))["intent_id"])

    def authorize(self, intent: str, *, expected: tuple[int, ...] = (200,)) -> dict[str, object]:
        """Its authorisation, captured at once."""
        body = {"payment_token": f"tok_{self._run}", "capture": "auto"}
        return dict(json.loads(self._post(f"/v1/cashier/intents/{intent}/authorize", body, expected=expected)))

    def bare(self) -> None:
        """The yardstick: a bare view that inserts one row."""
        self._post("/bench/row", {"player_id": "bench", "amount": "1.00"}, expected=(200,))

    def _post(self, path: str, body: Mapping[str, object], *, expected: tuple[int, ...]) -> bytes:
        headers = {**self._headers, "X-Idempotency-Key": f"{self._run}-{next(self._numbers)}"}
        return self._connection.post(path, json.dumps(body), headers, expected=expected)
