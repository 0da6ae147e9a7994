"""python -m config.sandbox --port P --data DIR [--webhook-url URL] [--secrets FILE]"""

import argparse
import json
import logging
import signal
import sqlite3
import sys
import threading
from pathlib import Path
from types import FrameType

from config.sandbox.app import SandboxApplication
from config.sandbox.messages import Refused
from config.sandbox.running import open_sandbox, register_accounts, start_background, stop_background
from config.sandbox.sandbox import Delays, Sandbox
from config.sandbox.server import SandboxServer

EXAMPLE = "example: python -m config.sandbox --port 8100 --data .local/sandbox --webhook-url http://127.0.0.1:8000/webhooks/psp"


def main(argv: list[str]) -> int:
    """Serve until SIGTERM or SIGINT. Exit 1, with one line that says why, where port, data or secrets can't be used."""
    options = _options(argv)
    logging.basicConfig(level=logging.INFO, format="sandbox %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        sandbox, server = _open(options)
    except (OSError, ValueError, sqlite3.Error, Refused) as error:
        sys.stderr.write(f"sandbox: can't start on {options.host}:{options.port} with {options.data}: {error}\n")
        return 1
    _serve(sandbox, server)
    return 0


def _open(options: argparse.Namespace) -> tuple[Sandbox, SandboxServer]:
    registration = json.loads(options.secrets.read_text()) if options.secrets else {}
    sandbox = open_sandbox(options.data, delays=Delays().at_pace(options.pace))
    register_accounts(sandbox, registration, webhook_url=options.webhook_url)
    server = SandboxServer((options.host, options.port), SandboxApplication(sandbox))
    sandbox.public_url = options.public_url or f"http://{options.host}:{server.server_port}"
    return sandbox, server


def _serve(sandbox: Sandbox, server: SandboxServer) -> None:
    """Serve until a signal says stop; then let the background finish what it is at."""

    def stop(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    background = start_background(sandbox)
    sys.stdout.write(f"sandbox: listening on {sandbox.public_url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.server_close()
        stop_background(sandbox, background)
        sandbox.store.close()


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.sandbox", description="The sandbox PSP (docs/sandbox.md).", epilog=EXAMPLE)
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and prints it")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, required=True, help="directory of the books, reports and statements; made if missing")
    parser.add_argument("--webhook-url", default="", help="where events go, …/webhooks/psp")
    parser.add_argument("--secrets", type=Path, help="JSON with merchant_accounts and bank_accounts")
    parser.add_argument("--public-url", default="", help="base of the challenge page's address, if not host and port")
    parser.add_argument("--pace", type=float, default=1.0, help="how much of its delays it waits: 0.1 is ten times as quick")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
