"""Column maps of accounts whose reports or statements come as CSV (R1)."""

import django.db.models.deletion
import django_fsm
import ledger.ids
import reconciliation.models.fields
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0008_event_outages"),
        ("reconciliation", "0004_watches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalColumnMapVersion",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("WAITING", "Waiting"),
                            ("ACTIVE", "Active"),
                            ("RETIRED", "Retired"),
                            ("DROPPED", "Dropped"),
                        ],
                        default="DRAFT",
                        max_length=16,
                    ),
                ),
                ("layout", models.JSONField(default=dict)),
                ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                ("trial", models.JSONField(default=dict)),
                ("maker_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                ("maker_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                ("activated_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "bank_account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cashier.bankaccount",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "merchant_account",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cashier.merchantaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "historical column map",
                "verbose_name_plural": "historical column maps",
                "db_table": "reconciliation_column_map_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="ColumnMapVersion",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("WAITING", "Waiting"),
                            ("ACTIVE", "Active"),
                            ("RETIRED", "Retired"),
                            ("DROPPED", "Dropped"),
                        ],
                        default="DRAFT",
                        max_length=16,
                    ),
                ),
                ("layout", models.JSONField(default=dict)),
                ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                ("trial", models.JSONField(default=dict)),
                ("maker_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                ("maker_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                ("activated_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "bank_account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="column_maps", to="cashier.bankaccount"
                    ),
                ),
                (
                    "merchant_account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="column_maps", to="cashier.merchantaccount"
                    ),
                ),
            ],
            options={
                "verbose_name": "column map",
                "verbose_name_plural": "column maps",
                "db_table": "reconciliation_column_map",
                "permissions": [("propose_column_map", "Can draft column maps"), ("approve_column_map", "Can approve column maps")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("merchant_account__isnull", True), ("bank_account__isnull", True), _connector="XOR"),
                        name="reconciliation_map_of_one",
                    ),
                    models.UniqueConstraint(fields=("merchant_account", "version"), name="reconciliation_map_psp_once"),
                    models.UniqueConstraint(fields=("bank_account", "version"), name="reconciliation_map_bank_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ACTIVE")), fields=("merchant_account",), name="reconciliation_map_psp_active"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ACTIVE")), fields=("bank_account",), name="reconciliation_map_bank_active"
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
    ]
