"""From which amount one or two people decide, per kind, brand and currency (S1)."""

import django.db.models.deletion
import ledger.ids
import ledger.models.base
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_audit_heads")]

    operations = [
        migrations.CreateModel(
            name="ApprovalThreshold",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(db_collation="C", max_length=64)),
                ("brand", models.CharField(blank=True, db_collation="C", max_length=64)),
                ("currency", models.CharField(db_collation="C", max_length=16)),
                ("one_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("two_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_approval_threshold",
                "permissions": [("propose_policy", "Can propose thresholds, duties and roles"), ("approve_policy", "Can approve them")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalApprovalThreshold",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("kind", models.CharField(max_length=64)),
                ("brand", models.CharField(blank=True, max_length=64)),
                ("currency", models.CharField(max_length=16)),
                ("one_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("two_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
            ],
            options={
                "verbose_name": "historical approval threshold",
                "verbose_name_plural": "historical approval thresholds",
                "db_table": "ledger_approval_threshold_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddConstraint(
            model_name="approvalthreshold",
            constraint=models.UniqueConstraint(fields=("kind", "brand", "currency"), name="ledger_approval_threshold_once"),
        ),
        migrations.AddConstraint(
            model_name="approvalthreshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("one_above_minor__gte", 0), ("one_above_minor__isnull", True), _connector="OR"),
                name="ledger_approval_threshold_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalthreshold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("two_above_minor__isnull", True),
                    models.Q(
                        ("two_above_minor__gte", 0),
                        models.Q(("one_above_minor__isnull", True), ("two_above_minor__gte", models.F("one_above_minor")), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="ledger_approval_threshold_two",
            ),
        ),
        migrations.AddField(
            model_name="historicalapprovalthreshold",
            name="history_user",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
    ]
