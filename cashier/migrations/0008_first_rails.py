"""The rail catalogue that the product comes with (C23): finished rows in force, the others as drafts; who drafts never approves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import migrations

from cashier.data.rails import LIVE, UNFINISHED
from ledger.canonical import canonical_json, sha256_hex
from ledger.ids import new_id

SQL = Path(__file__).parent / "sql"
DUTY = {"first": "cashier.approve_rail", "second": "cashier.propose_rail"}


def load(apps: Any, schema_editor: Any) -> None:
    now = datetime.now(UTC)
    rows = [(method, body, "ACTIVE", "rail.activated") for method, body in LIVE.items()]
    rows += [(method, body, "DRAFT", "rail.drafted") for method, body in UNFINISHED.items()]
    for method, body, state, event in rows:
        rail = apps.get_model("cashier", "RailVersion").objects.create(
            id=new_id(), method=method, version=1, state=state, body=body, digest=sha256_hex(canonical_json(body)), maker_kind="system",
            maker_id="product", activated_at=now if state == "ACTIVE" else None, created_at=now, updated_at=now,
        )  # fmt: skip
        apps.get_model("ledger", "Transition").objects.create(
            target_kind="cashier.RailVersion", target_id=rail.pk, from_state="", to_state=state, event=event, actor_kind="system",
            actor_id="product", at=now,
        )  # fmt: skip
    reason = "Who drafts rails never approves them."
    apps.get_model("ledger", "SeparateDuty").objects.create(id=new_id(), **DUTY, reason=reason, updated_at=now)


def unload(apps: Any, schema_editor: Any) -> None:
    """The rows of their births stay: transitions are never deleted."""
    apps.get_model("cashier", "RailVersion").objects.all().delete()
    apps.get_model("ledger", "SeparateDuty").objects.filter(**DUTY).delete()


class Migration(migrations.Migration):
    dependencies = [("cashier", "0007_rails"), ("ledger", "0004_separate_duties")]
    operations = [
        migrations.RunSQL((SQL / "rails.sql").read_text(), (SQL / "rails.reverse.sql").read_text()),
        migrations.RunPython(load, unload),
    ]
