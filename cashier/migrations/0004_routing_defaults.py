"""How often a card may be tried, as the schemes have it (C11), and that who drafts routing rules never approves them (S2)."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from ledger.ids import new_id

NEVER = ["stolen_card", "lost_card", "invalid_card", "not_permitted", "account_closed"]
# Scheme, [tries, hours], declines and advice codes after which nobody tries again, source.
CAPS: tuple[tuple[str, list[list[int]], list[str], list[str], str], ...] = (
    ("visa", [[15, 720]], NEVER, [], "Visa Core Rules: category 1 never, others 15 in 30 days"),
    ("mastercard", [[10, 24], [35, 720]], [], ["03", "21"], "Mastercard: 10 in 24 hours, 35 in 30 days; advice 03 and 21 never"),
    ("", [[10, 24], [15, 720]], NEVER, ["03", "21"], "Where the scheme is not known: the narrowest of those that are"),
)
DUTY = {"first": "cashier.approve_routing", "second": "cashier.propose_routing"}


def add_caps(apps: Any, schema_editor: Any) -> None:
    for scheme, limits, codes, advice, source in CAPS:
        apps.get_model("cashier", "RetryCap").objects.create(
            id=new_id(), scheme=scheme, limits=limits, never_codes=codes, never_advice=advice, source=source
        )


def add_duty(apps: Any, schema_editor: Any) -> None:
    reason = "Who drafts routing rules never approves them."
    apps.get_model("ledger", "SeparateDuty").objects.create(id=new_id(), **DUTY, reason=reason, updated_at=datetime.now(UTC))


def drop_duty(apps: Any, schema_editor: Any) -> None:
    apps.get_model("ledger", "SeparateDuty").objects.filter(**DUTY).delete()


class Migration(migrations.Migration):
    dependencies = [("cashier", "0003_append_only")]
    operations = [migrations.RunPython(add_caps, migrations.RunPython.noop), migrations.RunPython(add_duty, drop_duty)]
