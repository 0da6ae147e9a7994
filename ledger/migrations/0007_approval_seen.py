"""A request keeps what it was asked upon; who may verify the audit chain, and take days of it away (S1, S5)."""

from pathlib import Path

from django.db import migrations, models


SQL = Path(__file__).parent / "sql"
SEEN = "What it was asked upon: what was looked at -> what it said, in words."


def run(part: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / f"{part}.sql").read_text(encoding="utf-8"), (SQL / f"{part}.reverse.sql").read_text(encoding="utf-8"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_separate_duties")]

    operations = [
        migrations.AddField("approvalrequest", "seen", models.JSONField(blank=True, default=dict, help_text=SEEN)),
        migrations.AddField("historicalapprovalrequest", "seen", models.JSONField(blank=True, default=dict, help_text=SEEN)),
        run("approvals_seen"),
        migrations.AlterModelOptions(
            name="auditrecord",
            options={
                "permissions": [
                    ("verify_audit", "Can have the audit chain verified"),
                    ("export_audit", "Can take days of the audit log away"),
                ]
            },
        ),
    ]
