"""One worker's night, in a process of its own so that its memory is its own: python -m bench.match_worker CODE REPORT LINES FILES_DIR.

Takes the report in, runs its account, and prints {"load", "run", "cpu", "peak_rss_mib"} as JSON; "cpu": processor seconds of this
process and its helper.
"""

import json
import os
import resource
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 11, 5, 0, tzinfo=UTC)


def main(code: str, report: str, lines: int) -> None:
    """Load and run; refuses to report a figure for a result that is not right."""
    import django

    django.setup()
    from cashier.models import MerchantAccount
    from ledger.actors import system_actor
    from reconciliation.operations import ingest_file, run_account

    account = MerchantAccount.objects.select_related("entity").get(code=code)
    before, idle = time.monotonic(), processor_seconds()
    with Path(report).open("rb") as file:
        result = ingest_file(file=file, name=Path(report).name, source="adyen_sdr", account=code, actor=system_actor("bench"), now=NOW)
    loaded = time.monotonic()
    run = run_account(account=account, date=DAY, now=NOW)
    ended = time.monotonic()
    if not result["accepted"] or (run.lines, run.matched, run.cases) != (lines + 1, lines, {}):
        raise SystemExit(f"wrong: {result['error']} {run.lines} {run.matched} {run.cases}")
    peak = peak_rss_mib()
    told = {"load": loaded - before, "run": ended - loaded, "cpu": processor_seconds() - idle, "peak_rss_mib": peak}
    sys.stdout.write(json.dumps(told) + "\n")


def processor_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def peak_rss_mib() -> int:
    """Highest resident memory of this program; the kernel's own ru_maxrss still knows the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) // 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    os.environ["FILES_DIR"] = sys.argv[4]
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
