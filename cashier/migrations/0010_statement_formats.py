"""A bank account may state that its statements come as BAI2 or CSV (R1)."""

import cashier.models.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0009_contracts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="bankaccount",
            name="statement_format",
            field=cashier.models.fields.CodeField(
                choices=[("camt053", "Camt053"), ("mt940", "Mt940"), ("bai2", "Bai2"), ("csv_bank", "Csv")], db_collation="C", max_length=16
            ),
        ),
        migrations.AlterField(
            model_name="historicalbankaccount",
            name="statement_format",
            field=cashier.models.fields.CodeField(
                choices=[("camt053", "Camt053"), ("mt940", "Mt940"), ("bai2", "Bai2"), ("csv_bank", "Csv")], db_collation="C", max_length=16
            ),
        ),
    ]
