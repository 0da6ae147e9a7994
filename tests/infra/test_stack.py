"""How a stack begins and is stopped meanwhile. What a stack does that runs: tests/journeys/test_stack.py."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.processes import CHECKOUT, eventually, processes_of, without_servers

pytestmark = pytest.mark.whole


@pytest.fixture
def directory() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="cr-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("act", "place", "code", "told"),
    [("run", "", 0, b"stopping"), ("soak", "soak", 1, b"stopping before the end: nothing is proved")],
    ids=["run", "soak"],
)
def test_ctrl_c_while_starting_leaves_no_process(directory: Path, act: str, place: str, code: int, told: bytes) -> None:
    command = [sys.executable, "-m", "config.supervisor", act, "--port", "0"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=without_servers(COUNTROOM_LOCAL_DIR=str(directory)), stderr=subprocess.PIPE)
    assert eventually(lambda: (directory / place / "log" / "prepare.log").exists(), seconds=150)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (code, b"countroom: " + told + b"\n")
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
