"""The partitioned tables of lines, and the sequence of case numbers."""

from pathlib import Path

from django.db import migrations

_SQL = Path(__file__).resolve().parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0001_initial")]

    operations = [migrations.RunSQL((_SQL / "lines.sql").read_text(), (_SQL / "lines_reverse.sql").read_text())]
