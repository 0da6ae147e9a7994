"""What `check --deploy` refuses beside Django's own list."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


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
