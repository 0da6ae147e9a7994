"""The web process as `make run` starts it, on a port of its own, and what it costs: processor seconds of all that serve a request."""

import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.database import CHECKOUT
from bench.registry import Setting
from config.ports import free_port
from config.supervisor.processes import Places, all_processes

START_SECONDS = 120.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Web:
    """A running web process: where it answers, and the roots of the process trees that serve it (itself, the database server)."""

    port: int
    roots: tuple[int, ...]

    def cpu_seconds(self) -> float:
        """Processor seconds that web and database have used so far, user and system; 0 where the system does not tell."""
        return sum(self.cpu_parts())

    def cpu_parts(self) -> tuple[float, float]:
        """The same, of the web process and of the database."""
        return used_by(self.roots[0]), sum(used_by(root) for root in self.roots[1:])

    def peak_rss_mib(self) -> int:
        """The highest resident memory of one web process."""
        return max(peak_of(pid) for pid in (self.roots[0], *children_of(self.roots[0])))


@contextmanager
def serving(setting: Setting, *, settings: str) -> Iterator[Web]:
    """Start gunicorn with the flags of `make run`, wait until it is healthy, stop it at the end."""
    with tempfile.TemporaryDirectory() as folder, Path(folder, "web.log").open("w+") as log:
        port = free_port()
        places = Places(directory=Path(folder), host="127.0.0.1", web_port=port, events_port=free_port(), sandbox_port=free_port())
        places.counted.mkdir()  # the figures of its processes (docs/metrics.md); without it every request fails
        web = next(process for process in all_processes(places) if process.name == "web")
        environment = {**os.environ, **web.environment, "DJANGO_SETTINGS_MODULE": settings}
        process = subprocess.Popen(web.command, cwd=CHECKOUT, env=environment, stdout=log, stderr=log)
        try:
            wait_until_healthy(web.health_url, process, log.name)
            yield Web(port, (process.pid, *server_pids(setting.owner_url)))
        finally:
            process.terminate()
            process.wait(timeout=30)


def wait_until_healthy(url: str, process: "subprocess.Popen[bytes]", log: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:  # refused, or not ready in time
            time.sleep(0.2)
    raise RuntimeError(f"The web process did not come up: {Path(log).read_text()[-2000:]}")


def server_pids(url: str) -> tuple[int, ...]:
    """The database server's own process where it runs on this machine: the parent of the process that answers us."""
    with psycopg.connect(url) as connection:
        status = Path(f"/proc/{connection.info.backend_pid}/stat")
        return (int(_stat(status)[1]),) if status.exists() and "postgres" in status.read_text() else ()


def used_by(root: int) -> float:
    """Processor seconds of a process, of its ended children and of its living ones."""
    own = _stat(Path(f"/proc/{root}/stat"))
    ended = sum(int(ticks) for ticks in own[11:15])
    living = sum(int(ticks) for pid in children_of(root) for ticks in _stat(Path(f"/proc/{pid}/stat"))[11:13])
    return (ended + living) / TICKS


def children_of(root: int) -> list[int]:
    """Direct children: gunicorn's workers, the database server's backends."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _stat(path)
        if fields[1] == str(root):
            found.append(int(path.parent.name))
    return found


def peak_of(pid: int) -> int:
    """Highest resident memory of a process, MiB; 0 where the system does not tell."""
    path = Path(f"/proc/{pid}/status")
    lines = path.read_text().splitlines() if path.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _stat(path: Path) -> list[str]:
    """The fields behind the command's name: state, parent, …; zeros for a process that is gone."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50
