"""Who asks to raise a player's limit, and who approves it (S1, K5)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cashier", "0002_bonuses")]

    operations = [
        migrations.AlterModelOptions(
            name="player",
            options={
                "permissions": [("propose_limit", "Can ask to raise a player's limit"), ("approve_limit", "Can approve it")],
            },
        ),
    ]
