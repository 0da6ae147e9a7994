"""Mini-closes, kept and never changed (D7); who may take a bundle away (D4)."""

import django.db.models.deletion
from django.db import migrations, models

import ledger.ids
import reconciliation.models.fields

TABLE = "reconciliation_provisional_close"
PERMISSIONS = [
    ("prepare_close", "Can prepare a close"),
    ("sign_close", "Can sign a close off"),
    ("reopen_close", "Can reopen a day"),
]


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_separate_duties"), ("reconciliation", "0005_column_maps")]

    operations = [
        migrations.AlterModelOptions(
            name="dailyclose",
            options={"permissions": [*PERMISSIONS, ("take_bundle", "Can take the bundle of a signed day away")]},
        ),
        migrations.CreateModel(
            name="ProvisionalClose",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("business_date", models.DateField()),
                ("taken_at", models.DateTimeField()),
                ("taken_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                ("taken_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                ("missing", models.PositiveIntegerField()),
                ("checklist", models.JSONField()),
                ("totals", models.JSONField()),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="provisional_closes", to="ledger.legalentity"
                    ),
                ),
            ],
            options={
                "db_table": TABLE,
                "db_table_comment": "append-only",
                "indexes": [models.Index(fields=["entity", "-taken_at"], name="reconciliation_mini_recent")],
            },
        ),
        migrations.RunSQL(f"SELECT ledger_make_append_only('{TABLE}')", f"DROP TRIGGER IF EXISTS append_only ON {TABLE}"),
    ]
