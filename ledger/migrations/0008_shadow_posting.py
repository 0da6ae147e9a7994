"""Shadow posting (L11): rules tried beside those that post, and what they would have posted, written once."""

from datetime import UTC, datetime
from typing import Any

import django.db.models.deletion
import ledger.ids
import ledger.models.base
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from ledger.ids import new_id

DISPOSITIONS = "reconciliation.approve_disposition"
STATES = [("SHADOW", "Shadow"), ("COHORT", "Cohort"), ("ON", "On"), ("WITHDRAWN", "Withdrawn")]
COHORTS = [("player", "Player"), ("intent", "Intent")]
OUTCOMES = [("EQUAL", "Equal"), ("DIFFERENT", "Different"), ("REFUSED", "Refused"), ("FAILED", "Failed")]
# Who asks for another rule never approves it, and neither of them approves what cases post (S2).
DUTIES = (
    ("ledger.approve_shadow", "ledger.propose_shadow", "Who proposes a posting rule never approves it."),
    ("ledger.propose_shadow", DISPOSITIONS, "Who can change postings approves no dispositions."),
    ("ledger.approve_shadow", DISPOSITIONS, "Who approves posting rules approves no dispositions."),
)


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"SELECT ledger_make_append_only('{table}')", f"DROP TRIGGER IF EXISTS append_only ON {table}")


def add_duties(apps: Any, schema_editor: Any) -> None:
    duty = apps.get_model("ledger", "SeparateDuty")
    for first, second, reason in DUTIES:
        duty.objects.create(id=new_id(), first=first, second=second, reason=reason, updated_at=datetime.now(UTC))


def drop_duties(apps: Any, schema_editor: Any) -> None:
    for first, second, _ in DUTIES:
        apps.get_model("ledger", "SeparateDuty").objects.filter(first=first, second=second).delete()


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_approval_seen")]

    operations = [
        migrations.CreateModel(
            name="HistoricalShadow",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("rule", models.CharField(max_length=64)),
                ("candidate", models.CharField(max_length=64)),
                ("rail", models.CharField(blank=True, max_length=32)),
                ("state", models.CharField(choices=STATES, default="SHADOW", max_length=16)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("brands", models.JSONField(blank=True, default=list)),
                ("cohort_by", models.CharField(choices=COHORTS, default="player", max_length=8)),
                ("sign_off", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("opened_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
            ],
            options={
                "verbose_name": "historical shadow",
                "verbose_name_plural": "historical shadows",
                "db_table": "ledger_shadow_history",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Shadow",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("rule", models.CharField(db_collation="C", max_length=64)),
                ("candidate", models.CharField(db_collation="C", max_length=64)),
                ("rail", models.CharField(blank=True, db_collation="C", max_length=32)),
                ("state", models.CharField(choices=STATES, default="SHADOW", max_length=16)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("brands", models.JSONField(blank=True, default=list)),
                ("cohort_by", models.CharField(choices=COHORTS, db_collation="C", default="player", max_length=8)),
                ("sign_off", models.JSONField(blank=True, default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                ("opened_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_shadow",
                "permissions": [("propose_shadow", "Can propose stages of shadow posting"), ("approve_shadow", "Can approve them")],
            },
        ),
        migrations.CreateModel(
            name="ShadowPosting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(help_text="The shadow's version that the posting saw.")),
                ("stage", models.CharField(db_collation="C", max_length=16)),
                ("business_date", models.DateField()),
                ("posted_rule", models.CharField(db_collation="C", max_length=64)),
                ("shadow_rule", models.CharField(db_collation="C", help_text="The rule that did not post.", max_length=64)),
                ("outcome", models.CharField(choices=OUTCOMES, db_collation="C", max_length=16)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField(help_text="The product's clock.")),
                (
                    "shadow",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="postings",
                        to="ledger.shadow",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="ledger.journaltransaction",
                    ),
                ),
            ],
            options={"db_table": "ledger_shadow_posting", "db_table_comment": "append-only"},
        ),
        migrations.CreateModel(
            name="ShadowLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(db_collation="C", max_length=32)),
                ("holder", models.CharField(db_collation="C", max_length=64)),
                ("asset", models.CharField(db_collation="C", max_length=16)),
                ("amount_minor", ledger.models.base.MinorUnitsField()),
                ("ref", models.CharField(blank=True, db_collation="C", max_length=120)),
                ("label", models.CharField(blank=True, db_collation="C", max_length=64)),
                (
                    "posting",
                    models.ForeignKey(
                        db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="lines",
                        to="ledger.shadowposting",
                    ),
                ),
            ],
            options={"db_table": "ledger_shadow_line", "db_table_comment": "append-only"},
        ),
        migrations.AddField(
            model_name="historicalshadow",
            name="history_user",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "WITHDRAWN"), _negated=True), fields=("rule", "rail"), name="ledger_shadow_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.CheckConstraint(
                condition=models.Q(("rule", models.F("candidate")), _negated=True), name="ledger_shadow_other_rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="ledger_shadow_percent"),
        ),
        migrations.AddConstraint(
            model_name="shadow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["COHORT", "ON"]), _negated=True), models.Q(("sign_off", {}), _negated=True), _connector="OR"
                ),
                name="ledger_shadow_signed_off",
            ),
        ),
        migrations.AddIndex(
            model_name="shadowposting",
            index=models.Index(
                fields=["shadow", "business_date", "id"], include=["outcome", "posted_rule"], name="ledger_shadow_posting_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="shadowposting",
            constraint=models.UniqueConstraint(fields=("transaction", "shadow"), name="ledger_shadow_posting_once"),
        ),
        migrations.AddIndex(model_name="shadowline", index=models.Index(fields=["posting"], name="ledger_shadow_line_posting")),
        guard("ledger_shadow_posting"),
        guard("ledger_shadow_line"),
        migrations.RunPython(add_duties, drop_duties),
    ]  # fmt: skip
