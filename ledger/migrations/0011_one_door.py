"""The posting functions and the journal's checks as their files have them now, also where an older text of them was applied (L2)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
PARTS = ("one_door", "journal_checks", "posting", "posting_many", "guards_path")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_checkpoint_reach")]
    operations = [
        migrations.RunSQL("\n".join((SQL / f"{part}.sql").read_text(encoding="utf-8") for part in PARTS), migrations.RunSQL.noop),
    ]
