"""`python -m config.supervisor run|serve`: see --help."""

import argparse
import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path

from config.local_servers import LocalServersError, local_directory, read_run_file
from config.local_servers.directory import RUN_FILE
from config.local_servers.launch import die_with_parent
from config.local_servers.problems import os_problem
from config.ports import PortInUse
from config.supervisor.child import ProcessFailed
from config.supervisor.core import TICK_SECONDS, AlreadyRuns, PreparationFailed, Supervision
from config.supervisor.demonstration import DemonstrationFailed, show_day
from config.supervisor.ending import Ended, end
from config.supervisor.soak import fresh_directory, soak
from config.supervisor.soak_codes import soak_each, soak_mixed

PROBLEMS = (LocalServersError, AlreadyRuns, PortInUse, PreparationFailed, ProcessFailed, DemonstrationFailed)


def main() -> int:
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    if options.with_parent:
        die_with_parent(signal.SIGTERM)
    supervision = Supervision(_directory(options), port=options.port, host=options.host, say=_say)
    try:
        return ACTS[options.act](supervision, options)
    except Ended:
        _say("stopping" if options.act != "soak" else "stopping before the end: nothing is proved")
        return int(options.act == "soak")
    except PROBLEMS as problem:
        _say(str(problem))
        return 1
    except OSError as error:
        _say(str(os_problem(error, supervision.directory)))
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervision.stop()


def _run(supervision: Supervision, options: argparse.Namespace) -> int:
    """`make run`: start, play the demonstration day once, stay until told to stop."""
    began = time.monotonic()
    supervision.start(seed=not options.no_seed)
    _say(f"every process is ready after {time.monotonic() - began:.0f} s")
    try:
        show_day(supervision, deposits=options.deposits, say=_say)
    except DemonstrationFailed as problem:
        _say(f"{problem}. The product stays up on what is there; to begin anew stop it and remove {supervision.directory}.")
    _say(f"{time.monotonic() - began:.0f} s after the start. Ctrl-C stops everything.")
    while True:
        supervision.tick()
        time.sleep(TICK_SECONDS)


def _serve(supervision: Supervision, options: argparse.Namespace) -> int:
    """For `Stack`: start, say so in one line of JSON, stay until the pipe on standard input ends."""
    supervision.start(seed=not options.no_seed)
    run = read_run_file(supervision.directory)
    print(json.dumps({"urls": run["urls"], "pids": run["pids"], "file": str(supervision.directory / RUN_FILE)}), flush=True)
    while True:
        supervision.tick()
        if select.select([sys.stdin], [], [], TICK_SECONDS)[0] and not os.read(sys.stdin.fileno(), 1024):
            return 0


def _soak(supervision: Supervision, options: argparse.Namespace) -> int:
    """`make soak`: days under hostile faults while processes are killed, or every reason code, then every proof. Ends by itself."""
    supervision.start()
    if options.each:
        return 0 if soak_each(supervision, deposits=options.each, seed=options.seed, say=_say) else 1
    if options.mixed:
        return 0 if soak_mixed(supervision, deposits=options.mixed, seed=options.seed, say=_say) else 1
    return 0 if soak(supervision, payments=options.payments, seed=options.seed, say=_say) else 1


ACTS = {"run": _run, "serve": _serve, "soak": _soak}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m config.supervisor", description=__doc__, epilog="example: make run PORT=8000 DEPOSITS=300"
    )
    parser.add_argument(
        "act", choices=list(ACTS), help="run: for people, with a demonstration day; serve: for commands and tests; soak: days of trouble"
    )
    parser.add_argument("--port", type=int, default=8000, help="of the web process; 0 takes a free one")
    parser.add_argument("--host", default=os.environ.get("BIND", "127.0.0.1"), help="address to listen on (BIND)")
    parser.add_argument("--deposits", type=int, default=300, help="of the demonstration day; 0 plays none")
    parser.add_argument("--payments", type=int, default=5000, help="of the soak, over five days")
    parser.add_argument("--each", type=int, default=0, help="of the soak: a day of so many deposits for each reason code alone, instead")
    parser.add_argument("--mixed", type=int, default=0, help="of the soak: so many deposits over a week of every reason code, instead")
    parser.add_argument("--seed", type=int, default=1, help="of the soak")
    parser.add_argument("--directory", default="", help="data directory (default: COUNTROOM_LOCAL_DIR, or .local)")
    parser.add_argument("--no-seed", action="store_true", help="leave out the demonstration's accounts and logins")
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this one is gone")
    return parser.parse_args()


def _directory(options: argparse.Namespace) -> Path:
    """A soak has one of its own, made anew."""
    if options.directory:
        return Path(options.directory)
    return fresh_directory(local_directory("soak")) if options.act == "soak" else local_directory()


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(f"countroom: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
