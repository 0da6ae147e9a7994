"""Ends what its parent started, once the parent is gone: also after kill -9, and where PDEATHSIG does not exist.

Run by path, standard library only. Standard input is a pipe that the parent holds: `+123` and `-123` lines add and drop a process
group; at end of file each remaining group gets SIGTERM (`+123 2` asks for signal 2 instead), and SIGKILL five seconds later.
"""

import os
import signal
import sys
import time

PATIENCE_SECONDS = 5.0


def main() -> None:
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        pid, _, number = line[1:].partition(" ")
        if line.startswith("+"):
            groups[int(pid)] = int(number or signal.SIGTERM)
        else:
            groups.pop(int(pid), None)
    end(groups)


def end(groups: dict[int, int]) -> None:
    left = {pid for pid, number in groups.items() if send(pid, number)}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {pid for pid in left if send(pid, 0)}
    for pid in left:
        send(pid, signal.SIGKILL)


def send(group: int, number: int) -> bool:
    """Signal a whole process group; False when nothing of it is left."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
