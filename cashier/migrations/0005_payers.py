"""Who paid (K10): checks of payers, their policy, and what came of it for an attempt."""

import cashier.models.fields
import django.core.validators
import django.db.models.deletion
import ledger.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0004_routing_defaults"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="payer",
            field=cashier.models.fields.CodeField(
                blank=True,
                choices=[
                    ("same", "the player"),
                    ("let", "not compared, let pass by policy"),
                    ("held", "held for a person"),
                    ("accepted", "accepted by a person"),
                    ("refused", "refused by a person"),
                ],
                db_collation="C",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="payer",
            field=cashier.models.fields.CodeField(
                blank=True,
                choices=[
                    ("same", "the player"),
                    ("let", "not compared, let pass by policy"),
                    ("held", "held for a person"),
                    ("accepted", "accepted by a person"),
                    ("refused", "refused by a person"),
                ],
                db_collation="C",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="HistoricalPayerPolicy",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                (
                    "name_threshold",
                    models.PositiveSmallIntegerField(
                        default=85, validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                (
                    "unknown",
                    cashier.models.fields.CodeField(
                        choices=[("HOLD", "hold for a person"), ("LET", "credit")], db_collation="C", default="HOLD", max_length=8
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cashier.brand",
                    ),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical payer policy",
                "verbose_name_plural": "historical payer policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="PayerPolicy",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "name_threshold",
                    models.PositiveSmallIntegerField(
                        default=85, validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                (
                    "unknown",
                    cashier.models.fields.CodeField(
                        choices=[("HOLD", "hold for a person"), ("LET", "credit")], db_collation="C", default="HOLD", max_length=8
                    ),
                ),
                (
                    "brand",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="payer_policy", to="cashier.brand"),
                ),
            ],
            options={
                "verbose_name": "payer policy",
                "verbose_name_plural": "payer policies",
                "db_table": "cashier_payer_policy",
            },
        ),
        migrations.CreateModel(
            name="PayerCheck",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    cashier.models.fields.CodeField(
                        choices=[
                            ("same", "the player"),
                            ("let", "not compared, let pass by policy"),
                            ("held", "held for a person"),
                            ("accepted", "accepted by a person"),
                            ("refused", "refused by a person"),
                        ],
                        db_collation="C",
                        max_length=16,
                    ),
                ),
                ("reason", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                ("threshold", models.PositiveSmallIntegerField()),
                ("rule", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                ("payer_hash", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("sealed", models.BinaryField()),
                ("actor_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("actor_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                ("note", models.TextField(blank=True)),
                ("checked_at", models.DateTimeField()),
                (
                    "attempt",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payer_checks", to="cashier.attempt"
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payer_checks", to="cashier.instrument"
                    ),
                ),
                (
                    "player",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payer_checks", to="cashier.player"),
                ),
            ],
            options={
                "verbose_name": "check of a payer",
                "verbose_name_plural": "checks of payers",
                "permissions": [("show_payer", "Can see who paid")],
                "db_table": "cashier_payer_check",
                "db_table_comment": "append-only",
                "indexes": [
                    models.Index(fields=["player", "payer_hash"], name="cashier_payer_by_player"),
                    models.Index(fields=["payer_hash"], name="cashier_payer_by_hash"),
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('cashier_payer_check')", "DROP TRIGGER IF EXISTS append_only ON cashier_payer_check"
        ),
    ]
