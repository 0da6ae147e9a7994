"""The outbox of domain events, append-only, and how far each sink has read it (A9)."""

from django.db import migrations, models

import ledger.ids


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_one_door")]

    operations = [
        migrations.CreateModel(
            name="DomainEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", models.UUIDField(default=ledger.ids.new_id, unique=True)),
                ("name", models.CharField(db_collation="C", max_length=64)),
                ("version", models.PositiveSmallIntegerField()),
                ("aggregate", models.CharField(db_collation="C", max_length=64)),
                ("sequence", models.PositiveIntegerField()),
                ("subject", models.CharField(db_collation="C", max_length=64)),
                ("brand", models.CharField(blank=True, db_collation="C", max_length=64)),
                ("body", models.JSONField()),
                ("trace_id", models.CharField(blank=True, db_collation="C", max_length=128)),
                ("occurred_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_domain_event",
                "db_table_comment": "append-only",
                "indexes": [models.Index(fields=["occurred_at"], name="ledger_domain_event_age")],
                "constraints": [models.UniqueConstraint(fields=("aggregate", "sequence"), name="ledger_domain_event_order")],
            },
        ),
        migrations.CreateModel(
            name="EventReader",
            fields=[
                ("sink", models.CharField(db_collation="C", max_length=32, primary_key=True, serialize=False)),
                ("position", models.BigIntegerField(default=0)),
                ("mark", models.BigIntegerField(default=0)),
                ("marked_position", models.BigIntegerField(default=0)),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "ledger_event_reader"},
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('ledger_domain_event')", "DROP TRIGGER IF EXISTS append_only ON ledger_domain_event"
        ),
    ]
