"""The whole stack as `make run` has it: every process is watched, and none outlives the supervisor."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from config.supervisor import Stack, StackError, find_running
from tests.databases import TestDatabase
from tests.infra.processes import CHECKOUT, eventually, is_alive, processes_of, without_servers

NAMES = {"supervisor", "sandbox", "web", "worker-psp", "worker", "worker-recon", "beat", "events"}


@pytest.fixture
def directory() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="cr-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def environment(committed_db: TestDatabase) -> dict[str, str]:
    """This worker's database and the test servers."""
    return {"DATABASE_URL": committed_db.app_url, "DATABASE_OWNER_URL": committed_db.owner_url}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_stack_mends_its_processes_and_leaves_none(directory: Path, environment: dict[str, str]) -> None:
    stack = Stack(directory=directory, environment=environment, seed=False)
    with stack as running:
        # every process is up and named
        assert running.pids.keys() >= NAMES
        assert httpx.get(running.urls["web"] + "/health").json() == {"status": "ok"}
        assert find_running(directory) == running

        # a second stack in the same place is refused, and says where the first is
        with pytest.raises(StackError, match=f"already runs here: {running.urls['web']}"):
            Stack(directory=directory, environment=environment).started()

        # a killed worker comes back
        os.kill(running.pids["worker"], signal.SIGKILL)
        assert eventually(lambda: running.pid_of("worker") != running.pids["worker"])

        # kill -9 of the supervisor: nothing of it is left
        assert stack.process is not None
        os.kill(running.pids["supervisor"], signal.SIGKILL)
        assert eventually(lambda: not any(is_alive(pid) for pid in running.pids.values()), seconds=20)
        assert eventually(lambda: not processes_of(directory)), processes_of(directory)
        assert find_running(directory) is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_while_starting_leaves_no_process(directory: Path) -> None:
    command = [sys.executable, "-m", "config.supervisor", "run", "--port", "0"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=without_servers(COUNTROOM_LOCAL_DIR=str(directory)), stderr=subprocess.PIPE)
    assert eventually(lambda: (directory / "log" / "prepare.log").exists(), seconds=150)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"countroom: stopping\n")
    assert eventually(lambda: not processes_of(directory)), processes_of(directory)


INTERRUPTED = """
import os, signal, sys
from config.local_servers.launch import Watchdog, spawn
from config.supervisor.ending import Ended, end
signal.signal(signal.SIGINT, end)
watchdog = Watchdog()
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    spawn([sys.executable, "-c", "import time; time.sleep(3600)", sys.argv[1]], watchdog=watchdog)
except Ended:
    print("ended")
watchdog.close()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_signal_in_the_middle_of_a_fork_waits_for_its_end_and_the_child_goes_too(directory: Path) -> None:
    """There the interpreter would write "Exception ignored" and go on."""
    command = [sys.executable, "-c", INTERRUPTED, str(directory)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    assert eventually(lambda: not processes_of(directory)), processes_of(directory)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


def test_a_signal_that_was_swallowed_ends_the_supervisor_at_its_next_tick(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a fork the interpreter drops what a handler raises."""
    from config.supervisor import ending
    from config.supervisor.core import Supervision

    monkeypatch.setattr(ending, "_asked", [])
    supervision = Supervision(directory, port=0, host="127.0.0.1", say=print)
    supervision.tick()

    with contextlib.suppress(ending.Ended):
        ending.end(signal.SIGINT, None)

    with pytest.raises(ending.Ended):
        supervision.tick()


def test_a_port_in_use_is_one_clear_line(directory: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "config.supervisor", "run", "--port", str(port)]
        environment = without_servers(COUNTROOM_LOCAL_DIR=str(directory))
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        f"countroom: Port {port} is in use: stop what listens there, or choose another, for example `make run PORT={port + 1}`.\n"
    )
