"""Endpoints of the operator's platform, what is told to them, and every try (A8)."""

import cashier.models.fields
import django.db.models.deletion
import ledger.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0009_routing"),
        ("ledger", "0012_outbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OutgoingEndpoint",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                ("url", models.CharField(max_length=500)),
                ("brands", models.JSONField(blank=True, default=list)),
                ("events", models.JSONField(default=list)),
                ("secret_ref", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("is_enabled", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "outgoing webhook endpoint",
                "db_table": "cashier_outgoing_endpoint",
                "permissions": [("resend_deliveries", "Can send outgoing webhooks again")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalOutgoingEndpoint",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                ("url", models.CharField(max_length=500)),
                ("brands", models.JSONField(blank=True, default=list)),
                ("events", models.JSONField(default=list)),
                ("secret_ref", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("is_enabled", models.BooleanField(default=True)),
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
                "verbose_name": "historical outgoing webhook endpoint",
                "verbose_name_plural": "historical outgoing webhook endpoints",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="OutgoingDelivery",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
                ("aggregate", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                (
                    "state",
                    cashier.models.fields.CodeField(
                        choices=[("WAITING", "Waiting"), ("DELIVERED", "Delivered"), ("FAILED", "given up")],
                        db_collation="C",
                        default="WAITING",
                        max_length=12,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("give_up_at", models.DateTimeField(null=True)),
                ("sending_until", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("resends", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("event", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.domainevent")),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="cashier.outgoingendpoint"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "outgoing deliveries",
                "db_table": "cashier_outgoing_delivery",
            },
        ),
        migrations.CreateModel(
            name="OutgoingAttempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("tried_at", models.DateTimeField()),
                ("duration_ms", models.PositiveIntegerField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("answer", models.CharField(blank=True, max_length=500)),
                (
                    "delivery",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="cashier.outgoingdelivery"),
                ),
            ],
            options={
                "db_table": "cashier_outgoing_attempt",
                "db_table_comment": "append-only",
                "indexes": [models.Index(fields=["delivery", "id"], name="cashier_attempt_of_delivery")],
            },
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=models.Index(condition=models.Q(("state", "WAITING")), fields=["endpoint", "next_try_at"], name="cashier_delivery_due"),
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=models.Index(
                condition=models.Q(("state", "WAITING")), fields=["endpoint", "aggregate", "position"], name="cashier_delivery_order"
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=models.Index(fields=["endpoint", "state", "-id"], name="cashier_delivery_list"),
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=models.Index(fields=["aggregate"], name="cashier_delivery_of"),
        ),
        migrations.AddIndex(
            model_name="outgoingdelivery",
            index=models.Index(fields=["state", "-id"], name="cashier_delivery_states"),
        ),
        migrations.AddConstraint(
            model_name="outgoingdelivery",
            constraint=models.UniqueConstraint(fields=("endpoint", "event"), name="cashier_delivery_once"),
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('cashier_outgoing_attempt')", "DROP TRIGGER IF EXISTS append_only ON cashier_outgoing_attempt"
        ),
    ]
