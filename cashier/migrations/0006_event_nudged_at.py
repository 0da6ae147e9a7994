"""When the sweeper last told a worker of an event: not at each of its turns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cashier", "0005_attempt_is_challenged")]
    operations = [migrations.AddField("PspEventWork", "nudged_at", models.DateTimeField(null=True))]
