"""What `check --deploy` refuses beside Django's own list."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def refuse_simulation(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A simulation moves the clock: real money never runs on one (DESIGN.md decision 15)."""
    if not settings.SIMULATION:
        return []
    return [Error("SIMULATION is on.", hint="Unset it: in a simulation anyone with the database can move the clock.", id="countroom.E001")]
