"""A request knows its brand, its player and the rule that fired; the database counts its people (S1)."""

from pathlib import Path

from django.db import migrations, models


SQL = Path(__file__).parent / "sql"


def run(part: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{part}.sql").read_text(encoding="utf-8"), (SQL / f"{part}.reverse.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_approval_thresholds")]

    operations = [
        migrations.AddField(
            model_name="approvalrequest",
            name="brand",
            field=models.CharField(blank=True, db_collation="C", help_text="The brand's code, where it is of one.", max_length=64),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="player_ref",
            field=models.CharField(blank=True, db_collation="C", help_text="Public id of the player it is about.", max_length=64),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="rule",
            field=models.CharField(blank=True, help_text="The threshold that fired, in words.", max_length=300),
        ),
        migrations.AddField(
            model_name="historicalapprovalrequest",
            name="brand",
            field=models.CharField(blank=True, help_text="The brand's code, where it is of one.", max_length=64),
        ),
        migrations.AddField(
            model_name="historicalapprovalrequest",
            name="player_ref",
            field=models.CharField(blank=True, help_text="Public id of the player it is about.", max_length=64),
        ),
        migrations.AddField(
            model_name="historicalapprovalrequest",
            name="rule",
            field=models.CharField(blank=True, help_text="The threshold that fired, in words.", max_length=300),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(fields=["maker_id", "kind", "requested_at"], name="ledger_approval_made"),
        ),
        run("approvals_complete"),
    ]
