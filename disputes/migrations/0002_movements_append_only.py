"""Movements are written once: the ledger's guard on their table (L2)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_disputes")]
    operations = [
        migrations.RunSQL(
            "SELECT ledger_make_append_only('disputes_disputemovement')",
            "DROP TRIGGER IF EXISTS append_only ON disputes_disputemovement",
        )
    ]
