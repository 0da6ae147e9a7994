"""The partitioned tables of lines, the sequence of case numbers, and matches by range."""

from pathlib import Path

from django.db import migrations

_SQL = Path(__file__).resolve().parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_reconciliation")]

    operations = [migrations.RunSQL((_SQL / "lines.sql").read_text(), (_SQL / "lines.reverse.sql").read_text())]
