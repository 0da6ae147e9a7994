"""Circuit breaker, rate limit and allowance of lookups per merchant account (C9), and each change of a circuit."""

import cashier.models.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

STATES = [("closed", "Closed"), ("open", "Open"), ("half_open", "Half Open")]
CAUSES = [
    ("failures", "Failures"),
    ("cooled", "Cooled"),
    ("probe_failed", "Probe Failed"),
    ("probes_answered", "Probes Answered"),
    ("forced_open", "Forced Open"),
    ("forced_closed", "Forced Closed"),
    ("let_go", "Let Go"),
]
# The default, the least and the most of each.
COUNTS = {
    "breaker_window_seconds": (60, 5, 3600),
    "breaker_min_calls": (10, 1, 100_000),
    "breaker_failure_percent": (50, 1, 100),
    "breaker_open_seconds": (15, 1, 3600),
    "breaker_probes": (3, 1, 100),
    "rate_per_second": (200, 1, 100_000),
    "rate_burst": (400, 1, 100_000),
    "lookups_per_minute": (60, 1, 100_000),
}


def count(default: int, least: int, most: int) -> models.Field:  # type: ignore[type-arg]
    limits = [django.core.validators.MinValueValidator(least), django.core.validators.MaxValueValidator(most)]
    return models.PositiveIntegerField(default=default, validators=limits)


def added(name: str) -> list[migrations.AddField]:
    """The columns of one table: the account's, or its history's."""
    forced = cashier.models.fields.CodeField(blank=True, choices=[("open", "open"), ("closed", "closed")], db_collation="C", max_length=8)
    fields = {**{field: count(*limits) for field, limits in COUNTS.items()}, "breaker_forced": forced}
    fields["breaker_forced_until"] = models.DateTimeField(blank=True, null=True)
    return [migrations.AddField(model_name=name, name=field, field=column) for field, column in fields.items()]


class Migration(migrations.Migration):
    dependencies = [("cashier", "0005_providers"), ("ledger", "0002_guards_and_posting")]

    operations = [
        *added("merchantaccount"),
        *added("historicalmerchantaccount"),
        migrations.AlterModelOptions(
            name="merchantaccount",
            options={
                "permissions": [("pause_captures", "Can pause and resume captures"), ("force_breaker", "Can hold a circuit open or closed")]
            },
        ),
        migrations.CreateModel(
            name="BreakerChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_state", cashier.models.fields.CodeField(choices=STATES, db_collation="C", max_length=16)),
                ("to_state", cashier.models.fields.CodeField(choices=STATES, db_collation="C", max_length=16)),
                ("cause", cashier.models.fields.CodeField(choices=CAUSES, db_collation="C", max_length=24)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("calls", models.PositiveIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("is_alone", models.BooleanField(default=False)),
                ("actor_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("actor_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                ("reason", models.TextField(blank=True)),
                (
                    "merchant_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="breaker_changes", to="cashier.merchantaccount"
                    ),
                ),
            ],
            options={"db_table": "cashier_breaker_change", "db_table_comment": "append-only"},
        ),
        migrations.AddIndex(
            model_name="breakerchange",
            index=models.Index(fields=["merchant_account", "-at"], name="cashier_breaker_by_account"),
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('cashier_breaker_change')", "DROP TRIGGER IF EXISTS append_only ON cashier_breaker_change"
        ),
    ]
