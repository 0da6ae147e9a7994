"""What was known when a payment was decided (K11)."""

import cashier.models.fields
import django.db.models.deletion
import ledger.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0005_payers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FrozenChecks",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "moment",
                    cashier.models.fields.CodeField(
                        choices=[
                            ("authorize", "Authorize"),
                            ("cascade", "Cascade"),
                            ("step_up", "Step Up"),
                            ("capture", "Capture"),
                            ("request", "Request"),
                            ("approval", "Approval"),
                            ("submission", "Submission"),
                        ],
                        db_collation="C",
                        max_length=16,
                    ),
                ),
                ("facts", models.JSONField()),
                ("digest", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("frozen_at", models.DateTimeField()),
                (
                    "intent",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="frozen_checks", to="cashier.depositintent"
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="frozen_checks", to="cashier.payoutintent"
                    ),
                ),
            ],
            options={
                "verbose_name": "frozen facts of a payment",
                "verbose_name_plural": "frozen facts of payments",
                "db_table": "cashier_frozen_checks",
                "db_table_comment": "append-only",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("intent__isnull", False), ("payout__isnull", True)),
                            models.Q(("intent__isnull", True), ("payout__isnull", False)),
                            _connector="OR",
                        ),
                        name="cashier_frozen_of_one_payment",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('cashier_frozen_checks')", "DROP TRIGGER IF EXISTS append_only ON cashier_frozen_checks"
        ),
    ]
