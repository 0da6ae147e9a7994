"""A row per PSP with the switch that pauses captures on all our accounts there, beside each account's own (C17)."""

from typing import Any

import cashier.models.fields
import django.db.models.deletion
import ledger.ids
import simple_history.models
from django.conf import settings
from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """The PSPs of the accounts that are there; what was paused was paused by the account's own switch."""
    account, provider = apps.get_model("cashier", "MerchantAccount"), apps.get_model("cashier", "Provider")
    for code in account.objects.values_list("provider", flat=True).distinct():
        provider.objects.get_or_create(code=code)
    account.objects.filter(captures_paused=True).update(paused_alone=True)


class Migration(migrations.Migration):
    dependencies = [("cashier", "0004_provider_webhooks"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Provider",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                ("captures_paused", models.BooleanField(default=False)),
            ],
            options={"db_table": "cashier_provider"},
        ),
        migrations.CreateModel(
            name="HistoricalProvider",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                ("captures_paused", models.BooleanField(default=False)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "historical provider",
                "verbose_name_plural": "historical providers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        *(
            migrations.AddField(model_name=name, name="paused_alone", field=models.BooleanField(default=False))
            for name in ("merchantaccount", "historicalmerchantaccount")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
