"""The processes of a stack: one row each."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

CELERY = (sys.executable, "-m", "celery", "-A", "config", "--quiet")
WORKER = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")


@dataclass(frozen=True, slots=True)
class Process:
    """One process: its command line, the variables it gets beside the common ones, and how it shows that it is ready."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    health_url: str = ""  # answers anything below 500
    ready_file: str = ""  # appears (config/celery.py writes it)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a stack listens and keeps its things."""

    directory: Path
    host: str
    web_port: int
    events_port: int
    sandbox_port: int

    @property
    def counted(self) -> Path:
        """Where the long-lived processes keep what they count, so that any of them can tell it all (docs/metrics.md)."""
        return self.directory / "counted"

    @property
    def urls(self) -> dict[str, str]:
        shown = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        return {
            "web": f"http://{shown}:{self.web_port}",
            "events": f"http://127.0.0.1:{self.events_port}",
            "sandbox": f"http://127.0.0.1:{self.sandbox_port}",
        }


def all_processes(places: Places) -> list[Process]:
    """In the order of starting; the sandbox first, for the others call it."""
    return [_sandbox(places), _counting(places, _web(places)), *_workers(places), _beat(places), _events(places)]


def _sandbox(places: Places) -> Process:
    """It gets the demonstration's accounts from the file that seed_demo wrote."""
    data, webhooks = str(places.directory / "sandbox"), places.urls["web"] + "/webhooks/psp"
    accounts = Path(os.environ.get("SECRETS_DIR") or places.directory / "secrets", "sandbox-accounts.json")
    return Process(
        name="sandbox",
        command=(
            *(sys.executable, "-m", "config.sandbox", "--port", str(places.sandbox_port)),
            *("--data", data, "--webhook-url", webhooks),
            *(("--secrets", str(accounts)) if accounts.exists() else ()),
        ),
        health_url=places.urls["sandbox"] + "/",
    )


def _web(places: Places) -> Process:
    """Threads wait for a PSP's answer, so there are many; each web process has one small pool of connections."""
    threads = os.environ.get("WEB_THREADS", "24")
    return Process(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"{places.host}:{places.web_port}"),
            *("--worker-class", "gthread", "--workers", os.environ.get("WEB_PROCESSES", "2"), "--threads", threads),
            *("--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "30", "--no-control-socket"),
            *("-c", "python:config.web_server"),
        ),
        environment={"DATABASE_POOL": "true", "DATABASE_POOL_SIZE": threads, "STREAM_ORIGIN": places.urls["events"]},
        health_url=places.urls["web"] + "/health",
    )


def _workers(places: Places) -> list[Process]:
    """PSP calls mostly wait: threads. Reconciliation computes: a process of its own, one run at a time."""
    threads = os.environ.get("PSP_THREADS", "32")
    return [
        _counting(places, _worker(places, "worker-psp", "psp", "-P", "threads", "-c", threads)),
        _counting(places, _worker(places, "worker", "webhooks,default,outgoing", "-P", "threads", "-c", "8")),
        _worker(places, "worker-recon", "recon", "-P", "prefork", "-c", "1", "--prefetch-multiplier", "1", "--max-tasks-per-child", "100"),
    ]


def _worker(places: Places, name: str, queues: str, *pool: str) -> Process:
    command = (*CELERY, "worker", "-n", f"{name}@%h", "-Q", queues, *pool, *WORKER)
    return _ready_by_file(places, name, command)


def _beat(places: Places) -> Process:
    command = (*CELERY, "beat", "--pidfile=", "--schedule", str(places.directory / "beat-schedule"), "--loglevel", "WARNING")
    return _ready_by_file(places, "beat", command)


def _events(places: Places) -> Process:
    return Process(
        name="events",
        command=(sys.executable, "-m", "config.backoffice.stream", "--port", str(places.events_port)),
        health_url=places.urls["events"] + "/",
    )


def _counting(places: Places, process: Process) -> Process:
    """Not for one whose children come and go: each leaves a file."""
    return replace(process, environment={**process.environment, "PROMETHEUS_MULTIPROC_DIR": str(places.counted)})


def _ready_by_file(places: Places, name: str, command: tuple[str, ...]) -> Process:
    ready = str(places.directory / "ready" / name)
    return Process(name=name, command=command, environment={"COUNTROOM_READY_FILE": ready}, ready_file=ready)
