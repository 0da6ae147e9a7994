"""Whether an event failed because its PSP gave no answer (W5)."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0007_deposit_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="pspeventwork",
            name="is_outage",
            field=models.BooleanField(default=False),
        ),
    ]
