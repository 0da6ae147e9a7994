"""Rules by which cases end by themselves, and what each of them did (E3)."""

from datetime import UTC, datetime
from typing import Any

import django.db.models.deletion
import reconciliation.models.fields
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from reconciliation.data.auto_rules import auto_rule_rows
from reconciliation.data.watches import watch_rows


def load(apps: Any, schema_editor: Any) -> None:
    """The default rules; what may end a bank's difference grows by the bank charge."""
    model = apps.get_model("reconciliation", "AutoRule")
    for row in auto_rule_rows(datetime.now(UTC)):
        model.objects.create(**row)
    reason = apps.get_model("reconciliation", "ReasonCode").objects.get(code="BANK_SETTLEMENT_AMOUNT_DIFFERS")
    if "book_bank_charge" not in reason.dispositions:
        reason.dispositions = [*reason.dispositions, "book_bank_charge"]
        reason.save(update_fields=["dispositions"])


def watch_late_cases(apps: Any, schema_editor: Any) -> None:
    """A queue that is late is an alert; a database that is made anew has the row already."""
    row = next(row for row in watch_rows() if row["code"] == "late_cases")
    apps.get_model("reconciliation", "Watch").objects.get_or_create(code=row["code"], defaults={**row, "updated_at": datetime.now(UTC)})


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0007_queue_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AutoRule",
            fields=[
                ("code", reconciliation.models.fields.CodeField(db_collation="C", max_length=48, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=120)),
                ("explanation", models.TextField()),
                ("rank", models.PositiveSmallIntegerField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("action", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                ("reason_codes", models.JSONField(blank=True, default=list)),
                ("each_minor", models.JSONField(blank=True, default=dict)),
                ("month_minor", models.JSONField(blank=True, default=dict)),
                ("is_on", models.BooleanField(default=False)),
                ("approval_id", models.UUIDField(null=True)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "reconciliation_auto_rule",
                "ordering": ["rank"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAutoRule",
            fields=[
                ("code", reconciliation.models.fields.CodeField(db_collation="C", db_index=True, max_length=48)),
                ("title", models.CharField(max_length=120)),
                ("explanation", models.TextField()),
                ("rank", models.PositiveSmallIntegerField()),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("action", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                ("reason_codes", models.JSONField(blank=True, default=list)),
                ("each_minor", models.JSONField(blank=True, default=dict)),
                ("month_minor", models.JSONField(blank=True, default=dict)),
                ("is_on", models.BooleanField(default=False)),
                ("approval_id", models.UUIDField(null=True)),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
            ],
            options={
                "verbose_name": "historical auto rule",
                "verbose_name_plural": "historical auto rules",
                "db_table": "reconciliation_auto_rule_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RuleAct",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("rule", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                ("version", models.PositiveSmallIntegerField()),
                ("act", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                ("amount_minor", reconciliation.models.fields.MinorUnitsField()),
                ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                ("posted", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "reconciliation_rule_act",
                "db_table_comment": "append-only",
            },
        ),
        migrations.AddField(
            model_name="historicalautorule",
            name="history_user",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="ruleact",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rule_acts", to="reconciliation.exceptioncase"
            ),
        ),
        migrations.AddIndex(
            model_name="ruleact",
            index=models.Index(fields=["rule", "at"], name="reconciliation_rule_act_by"),
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('reconciliation_rule_act')", "DROP TRIGGER IF EXISTS append_only ON reconciliation_rule_act"
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(watch_late_cases, migrations.RunPython.noop),
    ]
