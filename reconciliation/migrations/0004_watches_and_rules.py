"""What is watched by default (R13), the rules by which cases end by themselves (E3), and which tables are written once."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from reconciliation.data.auto_rules import auto_rule_rows
from reconciliation.data.watches import watch_rows

TABLES = tuple(f"reconciliation_{name}" for name in ("rule_act", "provisional_close", "run_rules", "activity", "line_tax"))


def load(apps: Any, schema_editor: Any) -> None:
    now = datetime.now(UTC)
    for row in watch_rows():
        apps.get_model("reconciliation", "Watch").objects.create(**row, updated_at=now)
    for row in auto_rule_rows(now):
        apps.get_model("reconciliation", "AutoRule").objects.create(**row)


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"SELECT ledger_make_append_only('{table}')", f"DROP TRIGGER IF EXISTS append_only ON {table}")


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_reason_codes")]
    operations = [*map(guard, TABLES), migrations.RunPython(load, migrations.RunPython.noop)]
