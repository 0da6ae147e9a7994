"""A whole stack that runs: its processes, commands, HTTP doors and database, for tests that tell a story from click to close."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

from config.local_servers.directory import CHECKOUT, read_run_file
from config.simulation.client import PlatformClient
from config.simulation.drive import Driver, Market
from config.simulation.quiet import wait_until_quiet
from config.simulation.sandbox_control import SandboxControl
from config.supervisor import RunningStack
from tests.databases import TestDatabase
from tests.infra.processes import eventually

QUIET_SECONDS = 300.0


@dataclass
class LivingStack:
    """`given`: the variables that differ from ours. In this process Django reads and writes the stack's database too."""

    running: RunningStack
    given: dict[str, str]
    database: TestDatabase

    @property
    def web(self) -> str:
        return self.running.urls["web"]

    @cached_property
    def demo(self) -> dict[str, Any]:
        """demo.json: clients, webhook secrets, staff."""
        content: dict[str, Any] = json.loads((self.running.directory / "demo.json").read_text())
        return content

    @cached_property
    def sandbox(self) -> SandboxControl:
        return SandboxControl(self.running.urls["sandbox"])

    @cached_property
    def platform(self) -> PlatformClient:
        client = self.demo["clients"][0]
        return PlatformClient(base_url=self.web, client_id=client["id"], client_secret=client["secret"], scopes=client["scopes"])

    def manage(self, *arguments: str, **changed: str) -> "subprocess.CompletedProcess[str]":
        """`manage.py …` on this stack; `changed` replaces variables."""
        environment = {**self.running.environment, **self.given, **self._servers(), **changed}
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False, timeout=300)

    def told(self, *arguments: str) -> dict[str, Any]:
        """The JSON of a command that must end well. It runs in this process, on the stack's database."""
        from django.core.management import call_command

        out, code = StringIO(), 0
        try:
            call_command(*arguments, "--json", stdout=out)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        answer: dict[str, Any] = json.loads(out.getvalue())
        wrong = [check for check in answer.get("checks", []) if not check["ok"]] or answer
        assert code == 0, f"{arguments}: exit {code}\n{json.dumps(wrong)[:6000]}"
        return answer

    def simulated(self, *arguments: str) -> dict[str, Any]:
        """The figures of `manage.py simulate_day …`, a process of its own, that must end well."""
        done = self.manage("simulate_day", *arguments, "--json")
        assert done.returncode == 0, f"{arguments}: exit {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def driver(self, run_id: str) -> Driver:
        """Plays planned deposits through the HTTP API."""
        return Driver(platform=self.platform, sandbox=self.sandbox, market=Market("lucky", ("EU",), 20), run_id=run_id)

    def settle_down(self) -> None:
        """Wait until nothing moves."""
        wait_until_quiet(self.sandbox, seconds=QUIET_SECONDS)

    @contextmanager
    def nothing_begins(self) -> Iterator[None]:
        """Beat is stopped, and goes on after: inside, what moves is what the test does."""
        self.settle_down()
        beat = self.running.pid_of("beat")
        os.killpg(beat, signal.SIGSTOP)
        try:
            self.settle_down()  # what beat had asked for before
            yield
        finally:
            os.killpg(beat, signal.SIGCONT)

    def next_day(self) -> date:
        """The first business day that nothing happened on yet."""
        from ledger import clock
        from ledger.calendar import business_date
        from ledger.models import LegalEntity

        return business_date(LegalEntity.objects.get(), clock.now()) + timedelta(days=1)

    def kill(self, name: str) -> None:
        """kill -9 of a process and of all its children."""
        os.killpg(self.running.pid_of(name), signal.SIGKILL)

    def awaits_restart(self, name: str, *, before: int) -> None:
        """Return when the supervisor has started the process again."""
        assert eventually(lambda: self.running.pid_of(name) != before, seconds=120), f"{name} was not started again"

    def kill_redis(self) -> int:
        """kill -9 of the Redis server; its number. The servers' own supervisor starts it again on the same port."""
        pid = int(read_run_file(self.running.directory)["pids"]["valkey"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def redis_pid(self) -> int:
        return int(read_run_file(self.running.directory)["pids"]["valkey"])

    def prove(self) -> None:
        """The three proofs hold."""
        for command in ("ledger_prove", "ledger_replay", "audit_verify"):
            assert self.told(command)["ok"], command

    def _servers(self) -> dict[str, str]:
        urls = self.running.urls
        return {"DATABASE_URL": urls["database"], "DATABASE_OWNER_URL": urls["database_owner"], "REDIS_URL": urls["redis"]}


def variables(directory: Path, database: TestDatabase) -> dict[str, str]:
    """What the stack gets: a database of its own on the test server, everything else in its own directory, Redis included.

    Sweepers look often and leases of the dead are short: the journeys prove that lost work is found, not how long that may take.
    """
    return {
        "DATABASE_URL": database.app_url,
        "DATABASE_OWNER_URL": database.owner_url,
        "REDIS_URL": "",
        "REDIS_PREFIX": "journeys",
        "BEAT_PACE": "0.5",
        "EVENT_LEASE_SECONDS": "10",
        "SIMULATION": "true",
        "SECRETS_DIR": str(directory / "secrets"),
        "FILES_DIR": str(directory / "files"),
        "COUNTROOM_LOCAL_DIR": str(directory),
    }
