"""python -m bench [--only NAME] [--quick]

Starts or joins the local servers (or uses DATABASE_URL and REDIS_URL), makes a database of its own, measures, and writes
bench/results.json and bench/machine.json.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
INFRASTRUCTURE = {
    "__main__", "registry", "database", "machine", "yardsticks", "workers", "settlement_report", "match_worker", "site", "web", "calls",
    "books", "psp", "casino",
}  # fmt: skip


def main() -> int:
    """Run the chosen benchmarks, one after another."""
    options = arguments()
    from bench.database import prepare_database, prepare_environment

    prepare_environment()
    setting = prepare_database(quick=options.quick)
    from bench.registry import BENCHMARKS

    for module in pkgutil.iter_modules([str(FOLDER)]):
        if module.name not in INFRASTRUCTURE:
            importlib.import_module(f"bench.{module.name}")
    chosen = [options.only] if options.only else sorted(BENCHMARKS)
    if unknown := set(chosen) - set(BENCHMARKS):
        print(f"No benchmark {', '.join(unknown)}; there are {', '.join(sorted(BENCHMARKS))}.", file=sys.stderr)
        return 2
    for name in chosen:
        result = BENCHMARKS[name](setting)
        print(
            f"{name}: {result.value:.0f} {result.unit}, ratio {result.ratio:.2f} of {result.yardstick} ({result.yardstick_value:.0f})",
            flush=True,
        )
        if not options.quick:
            store(name, asdict(result))
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measures against yardsticks of the same machine.")
    parser.add_argument("--only", metavar="NAME", help="one benchmark")
    parser.add_argument("--quick", action="store_true", help="one short turn; nothing is written")
    return parser.parse_args()


def store(name: str, result: dict[str, object]) -> None:
    """Put one result into results.json, beside the others, and the machine's facts into machine.json."""
    from bench.machine import machine_facts

    path = FOLDER / "results.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results[name] = result
    path.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    (FOLDER / "machine.json").write_text(json.dumps(machine_facts(os.environ["DATABASE_OWNER_URL"]), indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
