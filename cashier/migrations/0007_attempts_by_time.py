"""How an account fares is read from an index of its attempts alone (C9, C10)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cashier", "0006_call_guards")]

    operations = [
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                fields=["sent_at"],
                include=("merchant_account", "answered_at", "outcome", "decline_code"),
                name="cashier_attempt_sent",
            ),
        ),
    ]
