"""Many processes that do one thing over and over, each on a connection of its own."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles

from django.db import connections

from config.memory import keep_loaded_code

WARM_UP_SECONDS = 5.0
Step = Callable[[], float | None]  # answers the seconds that count, None: all of them


@dataclass(frozen=True, slots=True)
class Load:
    """What all processes together did. `per_second`: steps per second of a process's counted time, times the processes."""

    per_second: float
    p50_ms: float
    p95_ms: float
    n: int
    peak_rss_mib: int


def run_processes(make_step: Callable[[int], Step], *, processes: int, seconds: float, warm_up: float = WARM_UP_SECONDS) -> Load:
    """Fork; each process makes its step (given its number), repeats it through the warm-up and then the measured time."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    begin = time.monotonic() + 1.0
    children = [
        context.Process(target=_work, args=(make_step, number, begin + warm_up, begin + warm_up + seconds, answers))
        for number in range(processes)
    ]
    for child in children:
        child.start()
    parts = [answers.get() for _ in children]
    for child in children:
        child.join()
    latencies = [latency for part, _ in parts for latency in part]
    if not latencies or any(child.exitcode for child in children):
        raise RuntimeError("A process of the benchmark failed.")
    cuts = quantiles(latencies, n=20)
    per_second = processes * len(latencies) / sum(latencies)
    return Load(per_second, cuts[9] * 1000, cuts[18] * 1000, len(latencies), max(peak for _, peak in parts))


def _work(make_step: Callable[[int], Step], number: int, start: float, end: float, answers: "multiprocessing.SimpleQueue[object]") -> None:
    latencies: list[float] = []
    try:
        step = make_step(number)
        keep_loaded_code()
        while time.monotonic() < end:
            before = time.monotonic()
            counted = step()
            after = time.monotonic()
            if before >= start and after <= end:
                latencies.append(after - before if counted is None else counted)
    finally:
        answers.put((latencies, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))
