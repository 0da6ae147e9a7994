"""What `check --deploy` and `migrate` refuse beside Django's own list."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader


@register(Tags.security, deploy=True)
def refuse_simulation(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A simulation moves the clock: real money never runs on one (DESIGN.md decision 15)."""
    if not settings.SIMULATION:
        return []
    return [Error("SIMULATION is on.", hint="Unset it: in a simulation anyone with the database can move the clock.", id="countroom.E001")]


@register(Tags.security, deploy=True)
def require_audit_keys(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """The audit log is signed and kept outside the database: without both, who owns the database can write it anew (S5)."""
    found: list[CheckMessage] = []
    if not settings.AUDIT_SIGNING_KEY:
        hint = "Make one with `openssl genpkey -algorithm ed25519 -out audit.pem` and name the file."
        found.append(Error("AUDIT_SIGNING_KEY is not set.", hint=hint, id="countroom.E002"))
    if not settings.AUDIT_ARCHIVE_DIR:
        hint = "Name a folder on write-once storage, on another machine than the database's."
        found.append(Warning("AUDIT_ARCHIVE_DIR is not set.", hint=hint, id="countroom.W001"))
    return found


@register(Tags.database)
def refuse_unknown_migrations(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """A database that another version of Countroom made is not migrated further: what that version knows of it, this one does not."""
    ours = {config.label for config in apps.get_app_configs() if config.name in ("ledger", "cashier", "disputes", "reconciliation")}
    found: list[CheckMessage] = []
    for alias in databases or ():
        loader = MigrationLoader(connections[alias])
        unknown = sorted(key for key in set(loader.applied_migrations) - set(loader.disk_migrations) if key[0] in ours)
        if unknown:
            names = ", ".join(".".join(key) for key in unknown)
            hint = "Run the version that made it, or name another DATABASE_URL; a demonstration's own data: remove its folder (.local)."
            found.append(Error(f"This database was made by another version of Countroom: it has {names}.", hint=hint, id="countroom.E003"))
    return found
