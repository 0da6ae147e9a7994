"""What routing reads of a payment, an account and a brand: the card, the licence, the merchant category (C10, C11)."""

import cashier.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cashier", "0007_attempts_by_time")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="advice",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8),
        ),
        migrations.AddField(
            model_name="attempt",
            name="card",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="attempt",
            name="card_key",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64),
        ),
        migrations.AddField(
            model_name="attempt",
            name="has_challenge",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="attempt",
            name="risk_band",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16),
        ),
        migrations.AddField(
            model_name="brand",
            name="licences",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="brand",
            name="merchant_category",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="advice",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="card",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="card_key",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="has_challenge",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="historicalattempt",
            name="risk_band",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16),
        ),
        migrations.AddField(
            model_name="historicalbrand",
            name="licences",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="historicalbrand",
            name="merchant_category",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8),
        ),
        migrations.AddField(
            model_name="historicalmerchantaccount",
            name="licences",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="historicalmerchantaccount",
            name="merchant_category",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8),
        ),
        migrations.AddField(
            model_name="merchantaccount",
            name="licences",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="merchantaccount",
            name="merchant_category",
            field=cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("card_key", ""), _negated=True), fields=["card_key", "created_at"], name="cashier_attempt_by_card"
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(fields=["created_at"], include=("merchant_account", "outcome"), name="cashier_attempt_by_time"),
        ),
    ]
