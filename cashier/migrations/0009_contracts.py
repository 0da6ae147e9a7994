"""What is agreed with a PSP or a bank beside the fees, as data (R1, R12, R14): reserve, rates, rounding, the hour of its files."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cashier", "0008_event_outages")]
    operations = [
        migrations.AddField(model, "contract", models.JSONField(blank=True, default=dict))
        for model in ("merchantaccount", "historicalmerchantaccount", "bankaccount", "historicalbankaccount")
    ]
