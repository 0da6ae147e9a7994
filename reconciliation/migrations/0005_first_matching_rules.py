"""Version 1 of the matching rules is in force: what the code has, as data (R15). What was sent once stays as it is; who drafts never approves."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import migrations

from ledger.canonical import canonical_json, sha256_hex
from ledger.ids import new_id
from reconciliation.matching.ruleset import default_body

SQL = Path(__file__).parent / "sql"
DUTY = {"first": "reconciliation.approve_matching", "second": "reconciliation.propose_matching"}


def load(apps: Any, schema_editor: Any) -> None:
    now, body = datetime.now(UTC), default_body()
    rules = apps.get_model("reconciliation", "MatchingRules").objects.create(
        id=new_id(), version=1, state="ACTIVE", body=body, digest=sha256_hex(canonical_json(body)), maker_kind="system", maker_id="product",
        activated_at=now, created_at=now, updated_at=now,
    )  # fmt: skip
    apps.get_model("ledger", "Transition").objects.create(
        target_kind="reconciliation.MatchingRules", target_id=rules.pk, from_state="", to_state="ACTIVE", event="matching_rules.activated",
        actor_kind="system", actor_id="product", at=now,
    )  # fmt: skip
    reason = "Who drafts matching rules never approves them."
    apps.get_model("ledger", "SeparateDuty").objects.create(id=new_id(), **DUTY, reason=reason, updated_at=now)


def unload(apps: Any, schema_editor: Any) -> None:
    """The row of its birth stays: transitions are never deleted."""
    apps.get_model("reconciliation", "MatchingRules").objects.all().delete()
    apps.get_model("ledger", "SeparateDuty").objects.filter(**DUTY).delete()


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_watches_and_rules"), ("ledger", "0004_separate_duties")]
    operations = [
        migrations.RunSQL((SQL / "matching_rules.sql").read_text(), (SQL / "matching_rules.reverse.sql").read_text()),
        migrations.RunPython(load, unload),
    ]
