"""What PSPs say happened to payments: their activity exports, kept to be held against our books (R4). Written once."""

import django.db.models.deletion
import ledger.models.base
import reconciliation.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0004_routing_defaults"),
        ("reconciliation", "0007_first_matching_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line_number", models.IntegerField()),
                ("kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                ("record_type", reconciliation.models.fields.CodeField(db_collation="C", max_length=60)),
                ("merchant_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                ("psp_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=80)),
                ("object_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=200)),
                ("reference_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                ("reference_id", models.UUIDField(null=True)),
                ("object_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                ("object_id", models.UUIDField(null=True)),
                ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                ("amount_minor", ledger.models.base.MinorUnitsField()),
                ("booked_at", models.DateTimeField()),
                ("business_date", models.DateField()),
                (
                    "merchant_account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="activities", to="cashier.merchantaccount"
                    ),
                ),
                (
                    "source_file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="activities", to="reconciliation.sourcefile"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
                "db_table": "reconciliation_activity",
                "indexes": [
                    models.Index(fields=["merchant_account", "business_date"], name="reconciliation_activity_day"),
                    models.Index(fields=["merchant_account", "psp_reference"], name="reconciliation_activity_psp"),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('reconciliation_activity')", "DROP TRIGGER IF EXISTS append_only ON reconciliation_activity"
        ),
    ]
