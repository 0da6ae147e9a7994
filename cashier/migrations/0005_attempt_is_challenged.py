"""Whether a player was sent to a challenge (C13, O3), and the index that 3-DS figures are read from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0004_routing_defaults"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="is_challenged",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="is_challenged",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(models.Q(("three_ds_version", ""), _negated=True), ("is_challenged", True), _connector="OR"),
                fields=["sent_at"],
                include=("merchant_account", "outcome", "is_challenged", "ended_at", "id"),
                name="cashier_attempt_3ds",
            ),
        ),
    ]
