"""What is watched while the day runs, and the alerts of it (R10, R13)."""

from datetime import UTC, datetime
from typing import Any

import django.db.models.deletion
import django_fsm
import ledger.ids
import reconciliation.models.fields
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from reconciliation.data.watches import watch_rows


def load(apps: Any, schema_editor: Any) -> None:
    now = datetime.now(UTC)
    for row in watch_rows():
        apps.get_model("reconciliation", "Watch").objects.create(**row, updated_at=now)


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0003_reason_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("code", reconciliation.models.fields.CodeField(db_collation="C", max_length=64, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=120)),
                ("explanation", models.TextField()),
                ("rank", models.PositiveSmallIntegerField()),
                ("is_on", models.BooleanField(default=True)),
                ("thresholds", models.JSONField(default=dict)),
                ("mail_to", models.JSONField(blank=True, default=list)),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "watches",
                "db_table": "reconciliation_watch",
                "ordering": ["rank"],
            },
        ),
        migrations.CreateModel(
            name="HistoricalWatch",
            fields=[
                ("code", reconciliation.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                ("title", models.CharField(max_length=120)),
                ("explanation", models.TextField()),
                ("rank", models.PositiveSmallIntegerField()),
                ("is_on", models.BooleanField(default=True)),
                ("thresholds", models.JSONField(default=dict)),
                ("mail_to", models.JSONField(blank=True, default=list)),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical watch",
                "verbose_name_plural": "historical watches",
                "db_table": "reconciliation_watch_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalAlert",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("about", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                ("sentence", models.CharField(max_length=300)),
                ("facts", models.JSONField(default=dict)),
                ("case_ref", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                (
                    "state",
                    models.CharField(choices=[("OPEN", "Open"), ("SEEN", "Seen"), ("PASSED", "Passed")], default="OPEN", max_length=8),
                ),
                ("noticed_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(help_text="When it was last past its threshold.")),
                ("passed_at", models.DateTimeField(null=True)),
                ("mail_due_at", models.DateTimeField(null=True)),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_error", models.CharField(blank=True, max_length=300)),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="reconciliation.watch",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical alert",
                "verbose_name_plural": "historical alerts",
                "db_table": "reconciliation_alert_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("about", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                ("sentence", models.CharField(max_length=300)),
                ("facts", models.JSONField(default=dict)),
                ("case_ref", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                (
                    "state",
                    models.CharField(choices=[("OPEN", "Open"), ("SEEN", "Seen"), ("PASSED", "Passed")], default="OPEN", max_length=8),
                ),
                ("noticed_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(help_text="When it was last past its threshold.")),
                ("passed_at", models.DateTimeField(null=True)),
                ("mail_due_at", models.DateTimeField(null=True)),
                ("mail_tries", models.PositiveSmallIntegerField(default=0)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_error", models.CharField(blank=True, max_length=300)),
                ("updated_at", models.DateTimeField()),
                ("watch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="reconciliation.watch")),
            ],
            options={
                "db_table": "reconciliation_alert",
                "permissions": [("see_alert", "Can mark alerts as seen")],
                "indexes": [
                    models.Index(fields=["-noticed_at"], name="reconciliation_alert_recent"),
                    models.Index(
                        condition=models.Q(("mail_due_at__isnull", False)), fields=["mail_due_at"], name="reconciliation_alert_mail"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["OPEN", "SEEN"])), fields=("watch", "about"), name="reconciliation_alert_once"
                    )
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
