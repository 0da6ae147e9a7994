"""Triggers and functions of the books, from the files in sql/."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
PARTS = ("append_only", "journal_checks", "posting", "posting_many", "approvals")


def run(part: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{part}.sql").read_text(encoding="utf-8"), (SQL / f"{part}.reverse.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [run(part) for part in PARTS]
