"""Deposits that a rule holds for a person (C10)."""

import cashier.models.fields
import django.db.models.deletion
import django_fsm
import ledger.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0006_frozen_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalDepositReview",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "Waiting"), ("ALLOWED", "Allowed"), ("REFUSED", "Refused"), ("LAPSED", "Lapsed")],
                        default="WAITING",
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("decided_by_kind", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                ("decided_by_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                ("decided_at", models.DateTimeField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "decision",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cashier.routingdecision",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "intent",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cashier.depositintent",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical deposit held for review",
                "verbose_name_plural": "historical deposits held for review",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="DepositReview",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "Waiting"), ("ALLOWED", "Allowed"), ("REFUSED", "Refused"), ("LAPSED", "Lapsed")],
                        default="WAITING",
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("decided_by_kind", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                ("decided_by_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="review", to="cashier.routingdecision"),
                ),
                (
                    "intent",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="cashier.depositintent"),
                ),
            ],
            options={
                "verbose_name": "deposit held for review",
                "verbose_name_plural": "deposits held for review",
                "db_table": "cashier_deposit_review",
                "permissions": [("decide_review", "Can decide on deposits held for review")],
                "indexes": [models.Index(condition=models.Q(("state", "WAITING")), fields=["created_at"], name="cashier_review_waiting")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "WAITING")), fields=("intent",), name="cashier_review_one_open")
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
    ]
