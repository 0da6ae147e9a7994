"""Which day and which moment a checkpoint reaches, so that balances of the past begin at one (L13)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_guards_keep_their_path")]
    operations = [
        migrations.AddField(model_name="checkpoint", name="business_until", field=models.DateField(null=True)),
        migrations.AddField(model_name="checkpoint", name="posted_until", field=models.DateTimeField(null=True)),
    ]
