"""Load the default reason codes (E2). A row that exists is left as people made it."""

from typing import Any

from django.db import migrations

from reconciliation.data.reason_codes import reason_code_rows


def load(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("reconciliation", "ReasonCode")
    for row in reason_code_rows():
        model.objects.get_or_create(code=row["code"], defaults=row)


def unload(apps: Any, schema_editor: Any) -> None:
    apps.get_model("reconciliation", "ReasonCode").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_lines")]

    operations = [migrations.RunPython(load, unload)]
