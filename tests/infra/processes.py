"""Other processes that use the servers, and what is left of them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent.parent

USER = """
import json, sys
from pathlib import Path
from config.local_servers import LocalServersError, ensure
try:
    lease = ensure(directory=Path(sys.argv[1]))
except LocalServersError as problem:
    sys.exit(str(problem))
print(json.dumps({"pids": lease.pids, "environment": lease.environment}), flush=True)
sys.stdin.read()
"""


def without_servers(**extra: str) -> dict[str, str]:
    """This environment without the addresses of servers."""
    removed = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_URL", "REDIS_URL", "COUNTROOM_LOCAL_DIR"}
    return {name: value for name, value in os.environ.items() if name not in removed} | extra


@contextmanager
def user_of(directory: Path, **options: Any) -> Iterator[tuple["subprocess.Popen[str]", dict[str, Any]]]:
    """A process that holds the servers of `directory` until it is left, with what it got: {"pids", "environment"}."""
    command = [sys.executable, "-c", USER, str(directory)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=without_servers(), **options
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def is_alive(pid: int) -> bool:
    """A zombie is not alive: its parent only has not asked yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or ") Z " not in status.read_text()


def processes_of(directory: Path) -> list[str]:
    """Command lines of live processes that name the directory (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(directory) in command and int(entry.parent.name) != os.getpid():
            found.append(command)
    return found


def eventually(condition: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    """True as soon as the condition holds; False when it still does not after `seconds`, which are many: a machine may be busy."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
