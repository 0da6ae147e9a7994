"""A bank line may pay several payouts, each consumed once with its share of the line (R5); matches have a page (R6)."""

from django.db import migrations, models

ONCE = "match_consumes_line_once"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_watches_and_rules")]
    operations = [
        migrations.RemoveConstraint(model_name="match", name=ONCE),
        migrations.AddField(model_name="match", name="line_part", field=models.SmallIntegerField(db_default=0, default=0)),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(fields=["line_id", "line_kind", "line_part"], condition=models.Q(undone_at=None), name=ONCE),
        ),
        migrations.AddIndex("match", models.Index(fields=["-id"], name="reconciliation_match_bank", condition=models.Q(line_kind="bank"))),
        migrations.AddIndex(
            "match", models.Index(fields=["-id"], name="reconciliation_match_apart", condition=models.Q(undone_at__isnull=False))
        ),
    ]
