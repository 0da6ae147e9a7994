"""Providers' own notifications beside what they mean, the tries of each event, and what was asked for (W1, W5, W6)."""

import django.db.models.deletion
from django.db import migrations, models

import cashier.models.fields


class Migration(migrations.Migration):
    dependencies = [("cashier", "0003_limit_permissions")]

    operations = [
        migrations.AddField(
            model_name="pspevent",
            name="via",
            field=cashier.models.fields.CodeField(db_collation="C", default="canonical", max_length=16),
        ),
        migrations.AddField(
            model_name="pspevent",
            name="source",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="told", to="cashier.pspevent"),
        ),
        migrations.AddField(model_name="pspeventwork", name="log", field=models.JSONField(default=list)),
        migrations.AddIndex(
            model_name="pspevent",
            index=models.Index(fields=["merchant_account", "-received_at"], name="cashier_event_by_account"),
        ),
        migrations.CreateModel(
            name="EventPull",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    cashier.models.fields.CodeField(
                        choices=[("deposit", "Deposit"), ("capture", "Capture"), ("refund", "Refund"), ("payout", "Payout")],
                        db_collation="C",
                        max_length=8,
                    ),
                ),
                ("object_id", models.UUIDField()),
                ("asked_at", models.DateTimeField(null=True)),
                ("next_ask_at", models.DateTimeField()),
                ("tries", models.PositiveIntegerField(default=0)),
                ("pulled", models.PositiveIntegerField(default=0)),
                (
                    "merchant_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cashier.merchantaccount"),
                ),
            ],
            options={
                "verbose_name": "pull of an event",
                "verbose_name_plural": "pulls of events",
                "db_table": "cashier_event_pull",
                "indexes": [models.Index(fields=["next_ask_at"], name="cashier_pull_due")],
                "constraints": [models.UniqueConstraint(fields=("kind", "object_id"), name="cashier_pull_once")],
            },
        ),
    ]
