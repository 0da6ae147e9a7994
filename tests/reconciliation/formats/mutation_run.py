"""Many damaged copies of every sample of every format, each in bounded time and memory (R2, the acceptance of the formats).

    python -m tests.reconciliation.formats.mutation_run [--copies 10000] [--seed 5] [--only bai2] [--shared ../shared/data]

Prints outcomes by format. Ends with 1 where a reader raised anything but a refusal, took too long, gave what does not add up, or let the
memory grow. The same seed damages in the same way; --at N repeats one copy alone, with its traceback.
"""

import argparse
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from tests.reconciliation.formats.judging import outcome
from tests.reconciliation.formats.mutating import mutated_copies
from tests.reconciliation.formats.samples import OWN, originals

SECONDS = 5
GROWTH_MIB = 128
_SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


class TookTooLong(Exception):
    """A reader that would not end."""


def main() -> int:
    options = _options()
    signal.signal(signal.SIGALRM, _give_up)
    before, faults = _peak_mib(), 0
    sources = [options.only] if options.only else sorted(OWN)
    for place, source in enumerate(sources):
        share = options.copies // len(sources) + (place < options.copies % len(sources))
        started = time.monotonic()
        outcomes, slowest, failed = _run(source, options.shared, share, options.seed, options.at)
        faults += failed
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(outcomes.items()))
        print(f"{source}: {told}; slowest {slowest * 1000:.0f} ms, {time.monotonic() - started:.1f} s")  # noqa: T201
    grown = _peak_mib() - before
    print(f"memory grew by {grown} MiB; {faults} fault(s)")  # noqa: T201
    return 1 if faults or grown > GROWTH_MIB else 0


def _run(source: str, shared: Path | None, share: int, seed: int, at: int | None) -> tuple[Counter[str], float, int]:
    """Outcomes of the copies of one format, seconds of the slowest, and how many were faults."""
    outcomes: Counter[str] = Counter()
    slowest, faults = 0.0, 0
    for number, (story, content) in enumerate(mutated_copies(originals(source, shared), count=share, seed=seed)):
        if at is not None and number != at:
            continue
        started = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            outcomes[outcome(source, content)] += 1
        except Exception as fault:
            if at is not None:
                raise
            faults += 1
            print(f"{source}: {story}: {type(fault).__name__}: {str(fault)[:200]}")  # noqa: T201
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        slowest = max(slowest, time.monotonic() - started)
    return outcomes, slowest, faults


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutation_run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--only", choices=sorted(OWN))
    parser.add_argument("--at", type=int, help="the number of one copy, with --only")
    parser.add_argument("--shared", type=Path, default=_SHARED if _SHARED.exists() else None)
    return parser.parse_args()


def _give_up(signum: int, frame: FrameType | None) -> None:
    raise TookTooLong(f"more than {SECONDS} s")


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
