"""Permissions that nobody holds together, as data, kept by the database (S2)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django.db.models.deletion
import ledger.ids
import ledger.models.base
import simple_history.models
from django.conf import settings
from django.db import migrations, models


from ledger.ids import new_id

SQL = Path(__file__).parent / "sql"


def run(part: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{part}.sql").read_text(encoding="utf-8"), (SQL / f"{part}.reverse.sql").read_text(encoding="utf-8"))


ACTS = ("adjustment", "reversal", "write_off")
DISPOSITIONS = "reconciliation.approve_disposition"
BONUSES = ("cashier.approve_bonus", "cashier.propose_bonus", "Who grants never approves.")


def add_duties(apps: Any, schema_editor: Any) -> None:
    """Who posts never approves (L12); who can change postings, or approves them, approves no dispositions of cases (S2)."""
    duty = apps.get_model("ledger", "SeparateDuty")
    found = [BONUSES]
    for act in ACTS:
        proposes, approves = f"ledger.propose_{act}", f"ledger.approve_{act}"
        found += [
            (approves, proposes, "Who posts never approves."),
            (proposes, DISPOSITIONS, "Who can change postings approves no dispositions."),
            (approves, DISPOSITIONS, "Who approves postings by hand approves no dispositions."),
        ]
    for first, second, reason in found:
        duty.objects.create(id=new_id(), first=first, second=second, reason=reason, updated_at=datetime.now(UTC))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_approval_scope"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.CreateModel(
            name="HistoricalSeparateDuty",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("first", models.CharField(max_length=200)),
                ("second", models.CharField(max_length=200)),
                ("reason", models.TextField()),
                ("is_in_force", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
            ],
            options={
                "verbose_name": "historical separate duty",
                "verbose_name_plural": "historical separate duties",
                "db_table": "ledger_separate_duty_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="SeparateDuty",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("first", models.CharField(db_collation="C", max_length=200)),
                ("second", models.CharField(db_collation="C", max_length=200)),
                ("reason", models.TextField()),
                ("is_in_force", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "separate duties",
                "db_table": "ledger_separate_duty",
            },
        ),
        migrations.AddField(
            model_name="historicalseparateduty",
            name="history_user",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="separateduty",
            constraint=models.UniqueConstraint(fields=("first", "second"), name="ledger_separate_duty_once"),
        ),
        migrations.AddConstraint(
            model_name="separateduty",
            constraint=models.CheckConstraint(condition=models.Q(("first__lt", models.F("second"))), name="ledger_separate_duty_order"),
        ),
        run("separate_duties"),
        migrations.RunPython(add_duties, migrations.RunPython.noop),
    ]
