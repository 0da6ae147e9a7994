"""Guards look where the migrations put things, whatever search path or temporary tables a session has (L2)."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def run(part: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{part}.sql").read_text(encoding="utf-8"), (SQL / f"{part}.reverse.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0008_shadow_posting")]
    operations = [run("guards_path"), run("duties_on_update")]
