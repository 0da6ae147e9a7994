"""What a batch's fees have of tax in them, by kind: a fee of its own in the books (POSTINGS.md section 1)."""

from django.db import migrations, models

WORDS = "Tax on fees, inside the fee of each kind: minor units, positive a cost."


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0008_activities")]
    operations = [
        migrations.AddField("historicalsettlementbatch", "taxes", models.JSONField(default=dict, help_text=WORDS)),
        migrations.AddField("settlementbatch", "taxes", models.JSONField(default=dict, help_text=WORDS)),
    ]
