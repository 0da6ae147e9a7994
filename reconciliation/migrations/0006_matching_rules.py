"""Versions of the matching rules, their back-tests, and which of them a run used (R15)."""

import django.db.models.deletion
import django_fsm
import ledger.ids
import reconciliation.models.fields
import simple_history.models
from django.conf import settings
from ledger.migrations._together import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0005_lines_that_pay_several_payouts")]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="MatchingRules",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("version", models.PositiveIntegerField(unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("WAITING", "Waiting"),
                                    ("ACTIVE", "Active"),
                                    ("RETIRED", "Retired"),
                                    ("DROPPED", "Dropped"),
                                ],
                                default="DRAFT",
                                max_length=16,
                            ),
                        ),
                        ("body", models.JSONField(default=dict)),
                        ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("maker_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("maker_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("activated_at", models.DateTimeField(null=True)),
                        ("retired_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "based_on",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="followers",
                                to="reconciliation.matchingrules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version of the matching rules",
                        "verbose_name_plural": "matching rules",
                        "db_table": "reconciliation_matching_rules",
                        "permissions": [
                            ("propose_matching", "Can draft matching rules"),
                            ("approve_matching", "Can approve matching rules"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "ACTIVE")), fields=("state",), name="reconciliation_matching_one_active"
                            )
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalMatchingRules",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("version", models.PositiveIntegerField(db_index=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("DRAFT", "Draft"),
                                    ("WAITING", "Waiting"),
                                    ("ACTIVE", "Active"),
                                    ("RETIRED", "Retired"),
                                    ("DROPPED", "Dropped"),
                                ],
                                default="DRAFT",
                                max_length=16,
                            ),
                        ),
                        ("body", models.JSONField(default=dict)),
                        ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("maker_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("maker_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("activated_at", models.DateTimeField(null=True)),
                        ("retired_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
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
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.matchingrules",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical version of the matching rules",
                        "verbose_name_plural": "historical matching rules",
                        "db_table": "reconciliation_matching_rules_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="BackTest",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("account", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("since", models.DateField()),
                        ("until", models.DateField()),
                        (
                            "state",
                            reconciliation.models.fields.CodeField(
                                choices=[("WAITING", "Waiting"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                                db_collation="C",
                                default="WAITING",
                                max_length=16,
                            ),
                        ),
                        ("total", models.PositiveBigIntegerField(default=0)),
                        ("done", models.PositiveBigIntegerField(default=0)),
                        ("result", models.JSONField(default=dict)),
                        ("result_digest", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("asked_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("asked_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "against",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reconciliation.matchingrules"
                            ),
                        ),
                        (
                            "rules",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="back_tests", to="reconciliation.matchingrules"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "back-test of matching rules",
                        "verbose_name_plural": "back-tests of matching rules",
                        "db_table": "reconciliation_back_test",
                        "indexes": [models.Index(fields=["rules", "-asked_at"], name="reconciliation_back_test_by")],
                    },
                ),
                migrations.CreateModel(
                    name="RunRules",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("turn", models.PositiveIntegerField()),
                        ("at", models.DateTimeField()),
                        (
                            "rules",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="reconciliation.matchingrules"
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rules_used",
                                to="reconciliation.reconciliationrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rules of a run",
                        "verbose_name_plural": "rules of runs",
                        "db_table": "reconciliation_run_rules",
                        "db_table_comment": "append-only",
                        "constraints": [models.UniqueConstraint(fields=("run", "turn"), name="reconciliation_run_rules_once")],
                    },
                ),
            ]
        )
    ]
