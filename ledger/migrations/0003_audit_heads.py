"""The audit log's signed heads, one a day, written once (S5)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards_and_posting")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField(unique=True)),
                ("position", models.BigIntegerField()),
                ("chain_hash", models.CharField(db_collation="C", max_length=64)),
                ("key_id", models.CharField(db_collation="C", max_length=64)),
                ("signature", models.CharField(db_collation="C", max_length=256)),
                ("signed_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_audit_head", "db_table_comment": "append-only"},
        ),
        migrations.RunSQL("SELECT ledger_make_append_only('ledger_audit_head')", "DROP TRIGGER IF EXISTS append_only ON ledger_audit_head"),
    ]
