"""Starts child processes that cannot outlive us, as another user where we are root."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """The system account a server runs as."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """`nobody` for root (PostgreSQL refuses root, and no server should have it); None means ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(uid=65534, gid=65534)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


class Watchdog:
    """The pipe to watchdog.py: it ends the groups we guard when we are gone."""

    def __init__(self) -> None:
        with _whole_fork() as mask:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, mask),
            )

    def guard(self, pid: int, *, by: signal.Signals = signal.SIGTERM) -> None:
        self._tell(f"+{pid} {int(by)}\n")

    def forget(self, pid: int) -> None:
        self._tell(f"-{pid}\n")

    def close(self) -> None:
        """End the watchdog, and with it whatever is still guarded."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(timeout=30)

    def _tell(self, line: str) -> None:
        if self.process.stdin is not None and self.process.poll() is None:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()


def spawn(
    command: Sequence[str],
    *,
    watchdog: Watchdog,
    log: Path | None = None,
    output: IO[bytes] | int | None = None,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    ends_by: signal.Signals = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start `command` in a session of its own: Ctrl-C on the terminal is ours to handle.

    All it says is appended to `log`; without one, standard output goes to `output` (default: ours) and errors to ours. It gets
    `ends_by` when we die. Call it from the main thread: PDEATHSIG follows the thread that started the child.
    """
    user: dict[str, Any] = {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}
    with log.open("ab") if log is not None else nullcontext() as said, _whole_fork() as mask:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=said if said is not None else output,
            stderr=subprocess.STDOUT if said is not None else None,
            env=None if environment is None else dict(environment),
            cwd=directory,
            start_new_session=True,
            preexec_fn=_beginning(os.getpid(), ends_by, mask),
            **user,
        )
        watchdog.guard(process.pid, by=ends_by)
    return process


@contextmanager
def _whole_fork() -> Iterator[set[signal.Signals]]:
    """What asks us to end waits until the child is started and guarded; gives the mask that the child must have again.

    In the middle of a fork the interpreter drops what a handler raises, and a child that nobody knows of would stay.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield {signal.Signals(number) for number in before}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def die_with_parent(number: signal.Signals) -> None:
    """Get `number` when the process that started us ends, also after kill -9 (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def _beginning(parent: int, number: signal.Signals, mask: set[signal.Signals]) -> Callable[[], None]:
    """Runs in the child after the change of user, which would clear the setting."""

    def begin() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return begin
