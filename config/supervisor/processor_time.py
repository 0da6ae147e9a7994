"""What the processes of a stack cost in processor time, by name: looked at now and then while they come, go and are killed."""

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from config.local_servers import read_run_file
from config.supervisor.core import Supervision

LOOK_EVERY_SECONDS = 2.0
SERVERS = ("postgres", "valkey")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Seen:
    """A process: its parent, and the seconds that it and its children that ended have run on a processor."""

    parent: int
    seconds: float


class ProcessorTime:
    """Call `look` often: what a killed process used since the last look is lost, all else is counted (proc(5))."""

    def __init__(self, supervision: Supervision) -> None:
        self.supervision = supervision
        self.look_at = 0.0
        self._of_root: dict[tuple[str, int], float] = {}

    def look(self) -> None:
        if time.monotonic() < self.look_at:
            return
        self.look_at = time.monotonic() + LOOK_EVERY_SECONDS
        seen = seen_now()
        for name, root in self._roots(seen):
            if root in seen:
                self._of_root[name, root] = with_children(root, seen)

    def by_name(self) -> dict[str, float]:
        """Seconds by name, the most first."""
        totals: dict[str, float] = defaultdict(float)
        for (name, _), seconds in self._of_root.items():
            totals[name] += seconds
        return dict(sorted(totals.items(), key=lambda each: -each[1]))

    def _roots(self, seen: dict[int, Seen]) -> list[tuple[str, int]]:
        ours = {child.pid: child.process.name for child in self.supervision.children if child.pid}
        pids = read_run_file(self.supervision.directory).get("pids", {})
        servers = [(name, int(pids[name])) for name in SERVERS if name in pids]
        keepers = {seen[pid].parent for _, pid in servers if pid in seen}  # the servers are counted by name, not with whoever keeps them
        known = {*ours, *keepers, *(pid for _, pid in servers)}
        command = [("command", pid) for pid, process in seen.items() if process.parent == os.getpid() and pid not in known]
        return [*((name, pid) for pid, name in ours.items()), *servers, *command]


def seen_now() -> dict[int, Seen]:
    """Every process of the machine that can be read."""
    found: dict[int, Seen] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            facts = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        found[int(place.name)] = Seen(int(facts[1]), sum(int(ticks) for ticks in facts[11:15]) / _TICKS)
    return found


def with_children(root: int, seen: dict[int, Seen]) -> float:
    """The seconds of a process and of all below it."""
    return seen[root].seconds + sum(with_children(pid, seen) for pid, process in seen.items() if process.parent == root)
