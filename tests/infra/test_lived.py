"""The clock of the tests' bounds: it counts what a process waits for, and nothing of a time in which it stood still."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.lived import lived

CHECKOUT = Path(__file__).resolve().parent.parent.parent
STOPS_ITSELF = """
import os, signal
from tests.lived import lived
with lived() as waited:
    print("begun", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)
print(waited.seconds)
"""


def test_who_waits_lives_it() -> None:
    with lived() as waited:
        time.sleep(0.5)

    assert waited.seconds > 0.25


def test_who_was_stopped_did_not() -> None:
    with subprocess.Popen([sys.executable, "-c", STOPS_ITSELF], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "begun\n"
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        time.sleep(1.0)
        process.send_signal(signal.SIGCONT)
        assert float(process.stdout.read()) < 0.5
