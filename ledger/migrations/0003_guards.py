"""Triggers and functions of the books, from the files in sql/: written once, balanced, posted through one door, decided by two (L2, S1, S2)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
PARTS = ("append_only", "journal_checks", "posting", "posting_many", "approvals", "separate_duties")


def run(part: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{part}.sql").read_text(encoding="utf-8"), (SQL / f"{part}.reverse.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_books")]
    operations = [run(part) for part in PARTS]
