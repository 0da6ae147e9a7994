"""Rounds that are open, or ended since a day's end, are found by indexes: what they staked is owed to players (D6)."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cashier", "0008_first_rails")]
    operations = [
        migrations.AddIndex("GameRound", models.Index(fields=["entity"], name="cashier_round_open", condition=models.Q(ended_at=None))),
        migrations.AddIndex("GameRound", BrinIndex(fields=["ended_at"], name="cashier_round_ended", autosummarize=True)),
    ]
