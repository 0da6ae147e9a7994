"""A close carries the head of the audit chain with its signature (D4, S5)."""

from django.db import migrations, models

import reconciliation.models.fields


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_match_id_by_range")]

    operations = [
        migrations.AddField("closesnapshot", "audit_position", models.BigIntegerField(null=True)),
        migrations.AddField("closesnapshot", "audit_key_id", reconciliation.models.fields.CodeField(blank=True, max_length=64)),
        migrations.AddField("closesnapshot", "audit_signature", reconciliation.models.fields.CodeField(blank=True, max_length=256)),
    ]
