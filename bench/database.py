"""A migrated database for benchmarks, made anew for each run."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench.registry import Setting

CHECKOUT = Path(__file__).resolve().parent.parent
NAME = "countroom_bench"


def prepare_environment() -> None:
    """Start or join the servers and export their addresses."""
    from config.local_servers import ensure, local_directory
    from config.local_servers.environment import load_environment

    for name, value in load_environment(local_directory("bench")).items():
        os.environ.setdefault(name, value)
    ensure(directory=local_directory("bench"))
    os.environ["SIMULATION"] = "false"  # simulated time would read the database at every step
    os.environ.setdefault("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def prepare_database(*, quick: bool) -> Setting:
    """Drop the benchmarks' database, make it, migrate, grant; set up Django to use it as the application's role."""
    owner, app = with_database(os.environ["DATABASE_OWNER_URL"], NAME), with_database(os.environ["DATABASE_URL"], NAME)
    recreate(os.environ["DATABASE_OWNER_URL"], NAME)
    os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_URL"] = owner, app
    for command in (["migrate", "--verbosity", "0"], ["setup_roles", "--json"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    import django

    django.setup()
    return Setting(owner, app, quick)


def recreate(server_url: str, name: str) -> None:
    """Drop a database, whoever is connected, and make it empty."""
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def analyze(url: str) -> None:
    """Fresh statistics: tables that were never analysed ran four times slower."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
