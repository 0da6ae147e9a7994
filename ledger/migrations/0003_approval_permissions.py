"""Permissions to propose and to approve acts by hand (L12)."""

from django.db import migrations

ACTS = (("adjustment", "adjustments by hand"), ("write_off", "write-offs"), ("reversal", "reversals"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards_and_posting")]
    operations = [
        migrations.AlterModelOptions(
            name="approvalrequest",
            options={"permissions": [(f"{verb}_{act}", f"Can {verb} {text}") for act, text in ACTS for verb in ("propose", "approve")]},
        )
    ]
