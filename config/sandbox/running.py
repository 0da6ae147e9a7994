"""The sandbox as a whole: its books opened, its accounts registered, its background threads."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.sandbox.accounts import register
from config.sandbox.delivery import run_delivery
from config.sandbox.events import SLOTS
from config.sandbox.jobs import run_jobs
from config.sandbox.sandbox import Delays, Sandbox
from config.sandbox.store import Store

STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Background:
    """The threads that do what is due and deliver events."""

    stop: threading.Event
    threads: tuple[threading.Thread, ...]


def open_sandbox(data_dir: Path, *, public_url: str = "", delays: Delays | None = None) -> Sandbox:
    """Open (or make) the books in `data_dir`. Raises OSError or sqlite3's errors where that can't be."""
    data_dir.mkdir(parents=True, exist_ok=True)
    sandbox = Sandbox(
        store=Store(data_dir / "sandbox.sqlite3"), data_dir=data_dir.resolve(), public_url=public_url, delays=delays or Delays()
    )
    sandbox.clock.load(sandbox.store.read())
    return sandbox


def register_accounts(sandbox: Sandbox, body: Mapping[str, Any], *, webhook_url: str = "") -> None:
    """Take over accounts and the address for events. Raises Refused."""
    with sandbox.store.write() as connection:
        register(connection, {**body, **({"webhook_url": webhook_url} if webhook_url else {})})


def start_background(sandbox: Sandbox) -> Background:
    """Start the threads; they end with the process or with stop_background."""
    stop = threading.Event()
    targets: list[tuple[Any, tuple[Any, ...]]] = [(run_jobs, (sandbox, stop))]
    targets += [(run_delivery, (sandbox, stop, slot)) for slot in range(SLOTS)]
    threads = tuple(threading.Thread(target=target, args=args, daemon=True, name=target.__name__) for target, args in targets)
    for thread in threads:
        thread.start()
    return Background(stop=stop, threads=threads)


def stop_background(sandbox: Sandbox, background: Background) -> None:
    """Let the threads finish what they are at, and wait for them a moment."""
    background.stop.set()
    sandbox.ring()
    for thread in background.threads:
        thread.join(timeout=STOP_SECONDS)
