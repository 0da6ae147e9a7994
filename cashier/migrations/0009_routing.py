"""Routing: rules in versions, decisions, tallies, fees learned, caps of the schemes, dry runs (C10 to C12)."""

from datetime import UTC, datetime
from typing import Any

import cashier.models.fields
import django.db.models.deletion
import django_fsm
import ledger.ids
import ledger.models.base
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from ledger.ids import new_id

NEVER = ["stolen_card", "lost_card", "invalid_card", "not_permitted", "account_closed"]
# Scheme, [tries, hours], declines and advice codes after which nobody tries again, source (C11).
CAPS: tuple[tuple[str, list[list[int]], list[str], list[str], str], ...] = (
    ("visa", [[15, 720]], NEVER, [], "Visa Core Rules: category 1 never, others 15 in 30 days"),
    ("mastercard", [[10, 24], [35, 720]], [], ["03", "21"], "Mastercard: 10 in 24 hours, 35 in 30 days; advice 03 and 21 never"),
    ("", [[10, 24], [15, 720]], NEVER, ["03", "21"], "Where the scheme is not known: the narrowest of those that are"),
)
DUTIES = (("cashier.approve_routing", "cashier.propose_routing", "Who drafts routing rules never approves them."),)
GUARDED = ("cashier_routing_decision", "cashier_split_stop")


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"SELECT ledger_make_append_only('{table}')", f"DROP TRIGGER IF EXISTS append_only ON {table}")


def add_caps(apps: Any, schema_editor: Any) -> None:
    for scheme, limits, codes, advice, source in CAPS:
        apps.get_model("cashier", "RetryCap").objects.create(
            id=new_id(), scheme=scheme, limits=limits, never_codes=codes, never_advice=advice, source=source
        )


def add_duties(apps: Any, schema_editor: Any) -> None:
    duty = apps.get_model("ledger", "SeparateDuty")
    for first, second, reason in DUTIES:
        duty.objects.create(id=new_id(), first=first, second=second, reason=reason, updated_at=datetime.now(UTC))


def drop_duties(apps: Any, schema_editor: Any) -> None:
    for first, second, _ in DUTIES:
        apps.get_model("ledger", "SeparateDuty").objects.filter(first=first, second=second).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("cashier", "0008_routing_facts"),
        ("ledger", "0006_separate_duties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalRetryCap",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("scheme", cashier.models.fields.CodeField(blank=True, db_collation="C", db_index=True, max_length=32)),
                ("limits", models.JSONField(default=list)),
                ("never_codes", models.JSONField(default=list)),
                ("never_advice", models.JSONField(default=list)),
                ("never_hours", models.PositiveIntegerField(default=720)),
                ("source", models.CharField(max_length=200)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
            ],
            options={
                "verbose_name": "historical retry cap of a scheme",
                "verbose_name_plural": "historical retry caps of schemes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRoutingRules",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
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
                ("digest", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("maker_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("maker_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                ("activated_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
            ],
            options={
                "verbose_name": "historical version of the routing rules",
                "verbose_name_plural": "historical routing rules",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RetryCap",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("scheme", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=32, unique=True)),
                ("limits", models.JSONField(default=list)),
                ("never_codes", models.JSONField(default=list)),
                ("never_advice", models.JSONField(default=list)),
                ("never_hours", models.PositiveIntegerField(default=720)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "retry cap of a scheme",
                "verbose_name_plural": "retry caps of schemes",
                "db_table": "cashier_retry_cap",
            },
        ),
        migrations.CreateModel(
            name="RoutingDecision",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "moment",
                    cashier.models.fields.CodeField(
                        choices=[("authorize", "Authorize"), ("cascade", "Cascade"), ("step_up", "Step Up")],
                        db_collation="C",
                        max_length=16,
                    ),
                ),
                (
                    "outcome",
                    cashier.models.fields.CodeField(
                        choices=[
                            ("route", "Route"),
                            ("no_route", "No Route"),
                            ("decline", "Decline"),
                            ("review", "Review"),
                            ("capped", "Capped"),
                        ],
                        db_collation="C",
                        max_length=16,
                    ),
                ),
                ("rules_version", models.PositiveIntegerField()),
                ("rules_matched", models.JSONField(default=list)),
                ("split", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=32)),
                ("arm", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=1)),
                ("is_explored", models.BooleanField(default=False)),
                ("is_stepped_up", models.BooleanField(default=False)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("payment", models.JSONField()),
                ("candidates", models.JSONField()),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "db_table": "cashier_routing_decision",
                "db_table_comment": "append-only",
            },
        ),
        migrations.CreateModel(
            name="RoutingFee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", cashier.models.fields.CodeField(db_collation="C", max_length=40)),
                ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("lines", models.PositiveIntegerField()),
                ("gross_minor", ledger.models.base.MinorUnitsField()),
                ("fee_minor", ledger.models.base.MinorUnitsField()),
                ("learned_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "learned fee",
                "verbose_name_plural": "learned fees",
                "db_table": "cashier_routing_fee",
            },
        ),
        migrations.CreateModel(
            name="RoutingRules",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
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
                ("digest", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("maker_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("maker_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                ("activated_at", models.DateTimeField(null=True)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "version of the routing rules",
                "verbose_name_plural": "routing rules",
                "db_table": "cashier_routing_rules",
                "permissions": [("propose_routing", "Can draft routing rules"), ("approve_routing", "Can approve routing rules")],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="RoutingTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("method", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("scheme", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=32)),
                ("hour", models.DateTimeField()),
                ("tries", models.PositiveIntegerField()),
                ("successes", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "tally of routing",
                "verbose_name_plural": "tallies of routing",
                "db_table": "cashier_routing_tally",
            },
        ),
        migrations.CreateModel(
            name="RoutingTrial",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("digest", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "state",
                    cashier.models.fields.CodeField(
                        choices=[("WAITING", "Waiting"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                        db_collation="C",
                        default="WAITING",
                        max_length=16,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("result", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("asked_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                ("asked_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                ("asked_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "dry run of routing rules",
                "verbose_name_plural": "dry runs of routing rules",
                "db_table": "cashier_routing_trial",
            },
        ),
        migrations.CreateModel(
            name="SplitStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("split", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                ("a_tries", models.PositiveIntegerField()),
                ("a_successes", models.PositiveIntegerField()),
                ("b_tries", models.PositiveIntegerField()),
                ("b_successes", models.PositiveIntegerField()),
                ("stopped_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "stop of a split test",
                "verbose_name_plural": "stops of split tests",
                "db_table": "cashier_split_stop",
                "db_table_comment": "append-only",
            },
        ),
        migrations.AddField(
            model_name="historicalretrycap",
            name="history_user",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="historicalroutingrules",
            name="history_user",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="routingdecision",
            name="attempt",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="cashier.attempt"
            ),
        ),
        migrations.AddField(
            model_name="routingdecision",
            name="intent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="routing_decisions", to="cashier.depositintent"
            ),
        ),
        migrations.AddField(
            model_name="routingdecision",
            name="merchant_account",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cashier.merchantaccount"),
        ),
        migrations.AddField(
            model_name="routingfee",
            name="merchant_account",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cashier.merchantaccount"),
        ),
        migrations.AddField(
            model_name="routingrules",
            name="based_on",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followers", to="cashier.routingrules"
            ),
        ),
        migrations.AddField(
            model_name="historicalroutingrules",
            name="based_on",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="cashier.routingrules",
            ),
        ),
        migrations.AddField(
            model_name="routingtally",
            name="merchant_account",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cashier.merchantaccount"),
        ),
        migrations.AddField(
            model_name="routingtrial",
            name="rules",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="trials", to="cashier.routingrules"),
        ),
        migrations.AddField(
            model_name="splitstop",
            name="rules",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="cashier.routingrules"),
        ),
        migrations.AddIndex(
            model_name="routingdecision",
            index=models.Index(fields=["intent", "decided_at"], name="cashier_routing_by_intent"),
        ),
        migrations.AddIndex(
            model_name="routingdecision",
            index=models.Index(fields=["-decided_at"], name="cashier_routing_by_time"),
        ),
        migrations.AddIndex(
            model_name="routingdecision",
            index=models.Index(
                condition=models.Q(("split", ""), _negated=True), fields=["split", "decided_at"], name="cashier_routing_by_split"
            ),
        ),
        migrations.AddConstraint(
            model_name="routingfee",
            constraint=models.UniqueConstraint(fields=("merchant_account", "method", "currency"), name="cashier_routing_fee_once"),
        ),
        migrations.AddConstraint(
            model_name="routingrules",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ACTIVE")), fields=("state",), name="cashier_routing_one_active"
            ),
        ),
        migrations.AddConstraint(
            model_name="routingtally",
            constraint=models.UniqueConstraint(
                fields=("merchant_account", "hour", "method", "currency", "scheme"),
                include=("tries", "successes"),
                name="cashier_routing_tally_once",
            ),
        ),
        migrations.AddIndex(
            model_name="routingtrial",
            index=models.Index(fields=["rules", "-asked_at"], name="cashier_trial_by_rules"),
        ),
        migrations.AddConstraint(
            model_name="splitstop",
            constraint=models.UniqueConstraint(fields=("rules", "split"), name="cashier_split_stop_once"),
        ),
        *(guard(table) for table in GUARDED),
        migrations.RunPython(add_caps, migrations.RunPython.noop),
        migrations.RunPython(add_duties, drop_duties),
    ]
