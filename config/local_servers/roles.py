"""Which commands need the servers, and which of them act as the owner of the tables."""

import os
from collections.abc import Sequence

from config.local_servers.directory import local_directory
from config.local_servers.environment import apply_environment
from config.local_servers.lease import ensure

# Commands that change tables or roles connect as countroom_owner; all others as countroom_app (DESIGN.md decision 3).
OWNER_COMMANDS = frozenset(
    {"migrate", "makemigrations", "setup_roles", "createcachetable", "flush", "sqlmigrate", "squashmigrations", "test"}
)
WITHOUT_DATABASE = frozenset(
    {
        "help",
        "version",
        "collectstatic",
        "findstatic",
        "compilemessages",
        "startapp",
        "spectacular",
        "state_graphs",
        "close_verify",
        "close_breaks",
    }
)
# Proofs and reports ask nobody but the database: an auditor's look does not wait for a broker.
WITHOUT_REDIS = frozenset(
    {"ledger_prove", "ledger_replay", "audit_verify", "audit_archive", "compare_books", "clearing_trust", "score_matching"}
)


def prepare_command(argv: Sequence[str]) -> None:
    """Make the servers ready for `manage.py …` and choose its role. Raises LocalServersError with one clear line."""
    command = argv[1] if len(argv) > 1 else "help"
    apply_environment(local_directory())
    if is_without_database(argv):
        return
    ensure(ask_redis=command not in WITHOUT_REDIS)
    if command in OWNER_COMMANDS:
        use_owner()


def is_without_database(argv: Sequence[str]) -> bool:
    """True where a command only reads the code: help, static files, schema."""
    if len(argv) < 2 or argv[1] in WITHOUT_DATABASE or {"-h", "--help", "--version"} & set(argv[1:]):
        return True
    return argv[1] == "audit_verify" and any(part.partition("=")[0] == "--segment" for part in argv)


def use_owner() -> None:
    """Connect as the owner from here on. DATABASE_APP_URL keeps the application's address, for `setup_roles`."""
    os.environ.setdefault("DATABASE_APP_URL", os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
