"""The books: accounts, journal, approvals, audit, shadows, outbox."""

import datetime
import django.contrib.auth.validators
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.db.models.lookups
import django.utils.timezone
import django_fsm
import ledger.ids
import ledger.models.base
import ledger.models.entities
import simple_history.models
from django.conf import settings
from ledger.migrations._together import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("ledger", "0001_users"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="LegalEntity",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("code", models.CharField(db_collation="C", max_length=32, unique=True)),
                        ("name", models.CharField(max_length=200)),
                        ("zone", models.CharField(max_length=64, validators=[ledger.models.entities.require_zone])),
                        ("cutoff", models.TimeField(default=datetime.time(0, 0))),
                        ("calendar", models.JSONField(blank=True, default=list, help_text="Bank holidays, ISO dates.")),
                        ("licence", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name_plural": "legal entities",
                        "db_table": "ledger_legal_entity",
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalThreshold",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("kind", models.CharField(db_collation="C", max_length=64)),
                        ("brand", models.CharField(blank=True, db_collation="C", max_length=64)),
                        ("currency", models.CharField(db_collation="C", max_length=16)),
                        ("one_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                        ("two_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "ledger_approval_threshold",
                        "permissions": [
                            ("propose_policy", "Can propose thresholds, duties and roles"),
                            ("approve_policy", "Can approve them"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("kind", "brand", "currency"), name="ledger_approval_threshold_once"),
                            models.CheckConstraint(
                                condition=models.Q(("one_above_minor__gte", 0), ("one_above_minor__isnull", True), _connector="OR"),
                                name="ledger_approval_threshold_one",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("two_above_minor__isnull", True),
                                    models.Q(
                                        ("two_above_minor__gte", 0),
                                        models.Q(
                                            ("one_above_minor__isnull", True),
                                            ("two_above_minor__gte", models.F("one_above_minor")),
                                            _connector="OR",
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="ledger_approval_threshold_two",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditHead",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("day", models.DateField(unique=True)),
                        ("position", models.BigIntegerField()),
                        ("chain_hash", models.CharField(db_collation="C", max_length=64)),
                        ("key_id", models.CharField(db_collation="C", max_length=64)),
                        ("signature", models.CharField(db_collation="C", max_length=256)),
                        ("signed_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "ledger_audit_head",
                        "db_table_comment": "append-only",
                    },
                ),
                migrations.CreateModel(
                    name="AuditRecord",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("act", models.CharField(db_collation="C", max_length=64)),
                        ("actor_kind", models.CharField(db_collation="C", max_length=8)),
                        ("actor_id", models.CharField(db_collation="C", max_length=128)),
                        ("target_kind", models.CharField(db_collation="C", max_length=64)),
                        ("target_id", models.CharField(db_collation="C", max_length=128)),
                        ("detail", models.JSONField()),
                        ("reason", models.TextField(blank=True)),
                        ("trace_id", models.CharField(blank=True, db_collation="C", max_length=128)),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "ledger_audit_record",
                        "db_table_comment": "append-only",
                        "permissions": [
                            ("verify_audit", "Can have the audit chain verified"),
                            ("export_audit", "Can take days of the audit log away"),
                        ],
                        "indexes": [
                            models.Index(fields=["target_kind", "target_id", "id"], name="ledger_audit_target"),
                            models.Index(fields=["actor_kind", "actor_id", "id"], name="ledger_audit_actor"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DomainEvent",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("event_id", models.UUIDField(default=ledger.ids.new_id, unique=True)),
                        ("name", models.CharField(db_collation="C", max_length=64)),
                        ("version", models.PositiveSmallIntegerField()),
                        ("aggregate", models.CharField(db_collation="C", max_length=64)),
                        ("sequence", models.PositiveIntegerField()),
                        ("subject", models.CharField(db_collation="C", max_length=64)),
                        ("brand", models.CharField(blank=True, db_collation="C", max_length=64)),
                        ("body", models.JSONField()),
                        ("trace_id", models.CharField(blank=True, db_collation="C", max_length=128)),
                        ("occurred_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "ledger_domain_event",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["occurred_at"], name="ledger_domain_event_age")],
                        "constraints": [models.UniqueConstraint(fields=("aggregate", "sequence"), name="ledger_domain_event_order")],
                    },
                ),
                migrations.CreateModel(
                    name="EventReader",
                    fields=[
                        ("sink", models.CharField(db_collation="C", max_length=32, primary_key=True, serialize=False)),
                        ("position", models.BigIntegerField(default=0)),
                        ("mark", models.BigIntegerField(default=0)),
                        ("marked_position", models.BigIntegerField(default=0)),
                        ("read_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "ledger_event_reader",
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalApprovalThreshold",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("kind", models.CharField(max_length=64)),
                        ("brand", models.CharField(blank=True, max_length=64)),
                        ("currency", models.CharField(max_length=16)),
                        ("one_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                        ("two_above_minor", ledger.models.base.MinorUnitsField(null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
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
                    ],
                    options={
                        "verbose_name": "historical approval threshold",
                        "verbose_name_plural": "historical approval thresholds",
                        "db_table": "ledger_approval_threshold_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalLegalEntity",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("code", models.CharField(db_index=True, max_length=32)),
                        ("name", models.CharField(max_length=200)),
                        ("zone", models.CharField(max_length=64, validators=[ledger.models.entities.require_zone])),
                        ("cutoff", models.TimeField(default=datetime.time(0, 0))),
                        ("calendar", models.JSONField(blank=True, default=list, help_text="Bank holidays, ISO dates.")),
                        ("licence", models.CharField(blank=True, max_length=64)),
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
                        "verbose_name": "historical legal entity",
                        "verbose_name_plural": "historical legal entities",
                        "db_table": "ledger_legal_entity_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalSeparateDuty",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("first", models.CharField(max_length=200)),
                        ("second", models.CharField(max_length=200)),
                        ("reason", models.TextField()),
                        ("is_in_force", models.BooleanField(default=True)),
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
                    ],
                    options={
                        "verbose_name": "historical separate duty",
                        "verbose_name_plural": "historical separate duties",
                        "db_table": "ledger_separate_duty_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalShadow",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("rule", models.CharField(max_length=64)),
                        ("candidate", models.CharField(max_length=64)),
                        ("rail", models.CharField(blank=True, max_length=32)),
                        (
                            "state",
                            models.CharField(
                                choices=[("SHADOW", "Shadow"), ("COHORT", "Cohort"), ("ON", "On"), ("WITHDRAWN", "Withdrawn")],
                                default="SHADOW",
                                max_length=16,
                            ),
                        ),
                        ("percent", models.PositiveSmallIntegerField(default=0)),
                        ("brands", models.JSONField(blank=True, default=list)),
                        (
                            "cohort_by",
                            models.CharField(choices=[("player", "Player"), ("intent", "Intent")], default="player", max_length=8),
                        ),
                        ("sign_off", models.JSONField(blank=True, default=dict)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("opened_at", models.DateTimeField()),
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
                    name="HistoricalUser",
                    fields=[
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Designates that this user has all permissions without explicitly assigning them.",
                                verbose_name="superuser status",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                db_index=True,
                                error_messages={"unique": "A user with that username already exists."},
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                                verbose_name="username",
                            ),
                        ),
                        ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                        ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Designates whether the user can log into this admin site.",
                                verbose_name="staff status",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("player_refs", models.JSONField(blank=True, default=list)),
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
                        "verbose_name": "historical user",
                        "verbose_name_plural": "historical users",
                        "db_table": "ledger_user_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="IdempotencyKey",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("client_id", models.CharField(db_collation="C", max_length=128)),
                        ("key", models.CharField(db_collation="C", max_length=200)),
                        ("fingerprint", models.CharField(db_collation="C", max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[("RUNNING", "Running"), ("SUSPENDED", "Suspended"), ("DONE", "Done")],
                                default="RUNNING",
                                max_length=16,
                            ),
                        ),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("body", models.JSONField(null=True)),
                        ("leased_until", models.DateTimeField()),
                        ("created_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "db_table": "ledger_idempotency_key",
                        "indexes": [models.Index(fields=["created_at"], name="ledger_idempotency_age")],
                        "constraints": [models.UniqueConstraint(fields=("client_id", "key"), name="ledger_idempotency_key_once")],
                    },
                ),
                migrations.CreateModel(
                    name="SeparateDuty",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("first", models.CharField(db_collation="C", max_length=200)),
                        ("second", models.CharField(db_collation="C", max_length=200)),
                        ("reason", models.TextField()),
                        ("is_in_force", models.BooleanField(default=True)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "separate duties",
                        "db_table": "ledger_separate_duty",
                        "constraints": [
                            models.UniqueConstraint(fields=("first", "second"), name="ledger_separate_duty_once"),
                            models.CheckConstraint(
                                condition=models.Q(("first__lt", models.F("second"))), name="ledger_separate_duty_order"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Shadow",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("rule", models.CharField(db_collation="C", max_length=64)),
                        ("candidate", models.CharField(db_collation="C", max_length=64)),
                        ("rail", models.CharField(blank=True, db_collation="C", max_length=32)),
                        (
                            "state",
                            models.CharField(
                                choices=[("SHADOW", "Shadow"), ("COHORT", "Cohort"), ("ON", "On"), ("WITHDRAWN", "Withdrawn")],
                                default="SHADOW",
                                max_length=16,
                            ),
                        ),
                        ("percent", models.PositiveSmallIntegerField(default=0)),
                        ("brands", models.JSONField(blank=True, default=list)),
                        (
                            "cohort_by",
                            models.CharField(
                                choices=[("player", "Player"), ("intent", "Intent")], db_collation="C", default="player", max_length=8
                            ),
                        ),
                        ("sign_off", models.JSONField(blank=True, default=dict)),
                        ("version", models.PositiveIntegerField(default=1)),
                        ("opened_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "ledger_shadow",
                        "permissions": [("propose_shadow", "Can propose stages of shadow posting"), ("approve_shadow", "Can approve them")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "WITHDRAWN"), _negated=True),
                                fields=("rule", "rail"),
                                name="ledger_shadow_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("rule", models.F("candidate")), _negated=True), name="ledger_shadow_other_rule"
                            ),
                            models.CheckConstraint(condition=models.Q(("percent__lte", 100)), name="ledger_shadow_percent"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state__in", ["COHORT", "ON"]), _negated=True),
                                    models.Q(("sign_off", {}), _negated=True),
                                    _connector="OR",
                                ),
                                name="ledger_shadow_signed_off",
                            ),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="SimulationClock",
                    fields=[
                        ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ("offset", models.DurationField()),
                    ],
                    options={
                        "db_table": "ledger_simulation_clock",
                        "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="ledger_simulation_clock_one_row")],
                    },
                ),
                migrations.CreateModel(
                    name="Transition",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("target_kind", models.CharField(db_collation="C", help_text="app.Model", max_length=64)),
                        ("target_id", models.UUIDField()),
                        ("field", models.CharField(db_collation="C", default="state", max_length=32)),
                        ("from_state", models.CharField(blank=True, db_collation="C", max_length=32)),
                        ("to_state", models.CharField(db_collation="C", max_length=32)),
                        ("event", models.CharField(db_collation="C", max_length=64)),
                        ("actor_kind", models.CharField(db_collation="C", max_length=8)),
                        ("actor_id", models.CharField(db_collation="C", max_length=128)),
                        ("trace_id", models.CharField(blank=True, db_collation="C", max_length=128)),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "ledger_transition",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["target_id", "field", "id"], name="ledger_transition_target")],
                    },
                ),
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("kind", models.CharField(db_collation="C", max_length=32)),
                        ("owner_ref", models.CharField(db_collation="C", max_length=64)),
                        ("asset", models.CharField(db_collation="C", max_length=16)),
                        (
                            "entity",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="accounts",
                                to="ledger.legalentity",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_account",
                        "db_table_comment": "append-only",
                        "constraints": [
                            models.UniqueConstraint(fields=("owner_ref", "asset", "kind", "entity"), name="ledger_account_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "adjustments",
                                            "bank",
                                            "bank_fees",
                                            "bonus",
                                            "bonus_cost",
                                            "chargeback_clearing",
                                            "chargeback_loss",
                                            "clearing",
                                            "fee_income",
                                            "fees",
                                            "fx",
                                            "gaming",
                                            "in_transit",
                                            "locked",
                                            "network_fees",
                                            "outside",
                                            "pending",
                                            "playable",
                                            "prefund",
                                            "receivable",
                                            "reserve",
                                            "rounding",
                                            "suspense",
                                            "unconfirmed",
                                            "write_off",
                                        ],
                                    )
                                ),
                                name="ledger_account_kind_known",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalRequest",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("kind", models.CharField(db_collation="C", max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "Pending"),
                                    ("APPROVED", "Approved"),
                                    ("REJECTED", "Rejected"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("EXPIRED", "Expired"),
                                ],
                                default="PENDING",
                                max_length=16,
                            ),
                        ),
                        ("payload", models.JSONField()),
                        ("payload_sha256", models.CharField(db_collation="C", max_length=64)),
                        (
                            "seen",
                            models.JSONField(
                                blank=True, default=dict, help_text="What it was asked upon: what was looked at -> what it said, in words."
                            ),
                        ),
                        ("summary", models.CharField(max_length=300)),
                        ("reason", models.TextField()),
                        ("maker_kind", models.CharField(db_collation="C", max_length=8)),
                        ("maker_id", models.CharField(db_collation="C", max_length=128)),
                        ("amount_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("currency", models.CharField(blank=True, db_collation="C", max_length=16)),
                        ("target_kind", models.CharField(blank=True, db_collation="C", max_length=64)),
                        ("target_id", models.CharField(blank=True, db_collation="C", max_length=64)),
                        (
                            "brand",
                            models.CharField(
                                blank=True, db_collation="C", help_text="The brand's code, where it is of one.", max_length=64
                            ),
                        ),
                        (
                            "player_ref",
                            models.CharField(blank=True, db_collation="C", help_text="Public id of the player it is about.", max_length=64),
                        ),
                        ("required", models.PositiveSmallIntegerField(default=1)),
                        ("rule", models.CharField(blank=True, help_text="The threshold that fired, in words.", max_length=300)),
                        ("requested_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField(null=True)),
                        (
                            "entity",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.legalentity"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_approval_request",
                        "permissions": [
                            ("propose_adjustment", "Can propose adjustments by hand"),
                            ("approve_adjustment", "Can approve adjustments by hand"),
                            ("propose_write_off", "Can propose write-offs"),
                            ("approve_write_off", "Can approve write-offs"),
                            ("propose_reversal", "Can propose reversals"),
                            ("approve_reversal", "Can approve reversals"),
                        ],
                        "indexes": [
                            models.Index(fields=["state", "expires_at"], name="ledger_approval_open"),
                            models.Index(fields=["target_kind", "target_id"], name="ledger_approval_target"),
                            models.Index(fields=["maker_id", "kind", "requested_at"], name="ledger_approval_made"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("id", "maker_kind", "maker_id"), name="ledger_approval_request_maker"),
                            models.CheckConstraint(condition=models.Q(("required__gte", 1)), name="ledger_approval_request_required"),
                            models.CheckConstraint(
                                condition=models.Q(("reason", ""), _negated=True), name="ledger_approval_request_reason"
                            ),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="BusinessDay",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("date", models.DateField()),
                        ("is_open", models.BooleanField(default=True)),
                        ("changed_at", models.DateTimeField()),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="business_days", to="ledger.legalentity"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_business_day",
                        "constraints": [models.UniqueConstraint(fields=("entity", "date"), name="ledger_business_day_once")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalApprovalRequest",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("kind", models.CharField(max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("PENDING", "Pending"),
                                    ("APPROVED", "Approved"),
                                    ("REJECTED", "Rejected"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("EXPIRED", "Expired"),
                                ],
                                default="PENDING",
                                max_length=16,
                            ),
                        ),
                        ("payload", models.JSONField()),
                        ("payload_sha256", models.CharField(max_length=64)),
                        (
                            "seen",
                            models.JSONField(
                                blank=True, default=dict, help_text="What it was asked upon: what was looked at -> what it said, in words."
                            ),
                        ),
                        ("summary", models.CharField(max_length=300)),
                        ("reason", models.TextField()),
                        ("maker_kind", models.CharField(max_length=8)),
                        ("maker_id", models.CharField(max_length=128)),
                        ("amount_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("currency", models.CharField(blank=True, max_length=16)),
                        ("target_kind", models.CharField(blank=True, max_length=64)),
                        ("target_id", models.CharField(blank=True, max_length=64)),
                        ("brand", models.CharField(blank=True, help_text="The brand's code, where it is of one.", max_length=64)),
                        ("player_ref", models.CharField(blank=True, help_text="Public id of the player it is about.", max_length=64)),
                        ("required", models.PositiveSmallIntegerField(default=1)),
                        ("rule", models.CharField(blank=True, help_text="The threshold that fired, in words.", max_length=300)),
                        ("requested_at", models.DateTimeField()),
                        ("expires_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField(null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "entity",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="ledger.legalentity",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical approval request",
                        "verbose_name_plural": "historical approval requests",
                        "db_table": "ledger_approval_request_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalBusinessDay",
                    fields=[
                        ("id", models.BigIntegerField(blank=True, db_index=True)),
                        ("date", models.DateField()),
                        ("is_open", models.BooleanField(default=True)),
                        ("changed_at", models.DateTimeField()),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "entity",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="ledger.legalentity",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical business day",
                        "verbose_name_plural": "historical business days",
                        "db_table": "ledger_business_day_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="JournalTransaction",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("posting_key", models.CharField(db_collation="C", max_length=200)),
                        ("rule", models.CharField(db_collation="C", max_length=64)),
                        ("kind", models.CharField(db_collation="C", max_length=64)),
                        ("currency", models.CharField(db_collation="C", max_length=16)),
                        ("source", models.JSONField()),
                        ("fingerprint", models.CharField(db_collation="C", max_length=64)),
                        ("payload_sha256", models.CharField(blank=True, db_collation="C", max_length=64)),
                        ("intent_ref", models.CharField(blank=True, db_collation="C", max_length=64)),
                        ("player_ref", models.CharField(blank=True, db_collation="C", max_length=64)),
                        ("business_date", models.DateField()),
                        ("corrects_date", models.DateField(null=True)),
                        ("actor_kind", models.CharField(db_collation="C", max_length=8)),
                        ("actor_id", models.CharField(db_collation="C", max_length=128)),
                        ("trace_id", models.CharField(blank=True, db_collation="C", max_length=128)),
                        ("occurred_at", models.DateTimeField()),
                        ("posted_at", models.DateTimeField(help_text="The product's clock.")),
                        (
                            "created_at",
                            models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text="The database's clock."),
                        ),
                        (
                            "xact_id",
                            models.BigIntegerField(
                                help_text="The database transaction that wrote it; entries come in the same one or never."
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="ledger.legalentity",
                            ),
                        ),
                        (
                            "reverses",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reversed_by",
                                to="ledger.journaltransaction",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_journal_transaction",
                        "db_table_comment": "append-only",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("intent_ref", ""), _negated=True), fields=["intent_ref", "id"], name="ledger_txn_intent"
                            ),
                            models.Index(
                                condition=models.Q(("player_ref", ""), _negated=True), fields=["player_ref", "id"], name="ledger_txn_player"
                            ),
                            django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["business_date"], name="ledger_txn_day"),
                            models.Index(condition=models.Q(("reverses__isnull", False)), fields=["reverses"], name="ledger_txn_reverses"),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("posting_key",), name="ledger_txn_key_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Wallet",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("owner_ref", models.CharField(db_collation="C", max_length=64)),
                        ("asset", models.CharField(db_collation="C", max_length=16)),
                        ("playable_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("pending_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("locked_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("bonus_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("receivable_minor", ledger.models.base.MinorUnitsField(default=0)),
                        (
                            "entity",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="ledger.legalentity",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_wallet",
                        "constraints": [
                            models.UniqueConstraint(fields=("owner_ref", "asset", "entity"), name="ledger_wallet_once"),
                            models.CheckConstraint(
                                condition=django.db.models.lookups.GreaterThanOrEqual(
                                    django.db.models.functions.comparison.Least(
                                        "playable_minor", "pending_minor", "locked_minor", "bonus_minor", "receivable_minor"
                                    ),
                                    0,
                                ),
                                name="ledger_wallet_not_negative",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("row_hash", models.CharField(db_collation="C", max_length=64)),
                        ("chain_hash", models.CharField(db_collation="C", max_length=64)),
                        ("sealed_at", models.DateTimeField()),
                        (
                            "record",
                            models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="ledger.auditrecord"),
                        ),
                    ],
                    options={
                        "db_table": "ledger_audit_seal",
                        "db_table_comment": "append-only",
                    },
                ),
                migrations.CreateModel(
                    name="Checkpoint",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("entry_id", models.BigIntegerField()),
                        ("balance_minor", ledger.models.base.MinorUnitsField()),
                        ("business_until", models.DateField(null=True)),
                        ("posted_until", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        (
                            "account",
                            models.ForeignKey(
                                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="checkpoints", to="ledger.account"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_checkpoint",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["entry_id"], name="ledger_checkpoint_entry")],
                        "constraints": [models.UniqueConstraint(fields=("account", "entry_id"), name="ledger_checkpoint_once")],
                    },
                ),
                migrations.CreateModel(
                    name="ApprovalDecision",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("maker_kind", models.CharField(db_collation="C", max_length=8)),
                        ("maker_id", models.CharField(db_collation="C", max_length=128)),
                        ("checker_ref", models.CharField(db_collation="C", help_text="The checker's id as an actor's id.", max_length=128)),
                        ("approve", models.BooleanField()),
                        ("reason", models.TextField(blank=True)),
                        ("decided_at", models.DateTimeField()),
                        (
                            "checker",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                        ),
                        (
                            "request",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="ledger.approvalrequest",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_approval_decision",
                        "db_table_comment": "append-only",
                        "constraints": [
                            models.UniqueConstraint(fields=("request", "checker"), name="ledger_approval_decision_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("maker_kind", "user"), _negated=True),
                                    models.Q(("checker_ref", models.F("maker_id")), _negated=True),
                                    _connector="OR",
                                ),
                                name="ledger_approval_decision_four_eyes",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entry",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("asset", models.CharField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("business_date", models.DateField()),
                        ("ref", models.CharField(blank=True, db_collation="C", max_length=120)),
                        ("label", models.CharField(blank=True, db_collation="C", max_length=64)),
                        (
                            "account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="ledger.account",
                            ),
                        ),
                        (
                            "transaction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="entries",
                                to="ledger.journaltransaction",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_entry",
                        "db_table_comment": "append-only",
                        "indexes": [
                            models.Index(fields=["transaction"], name="ledger_entry_transaction"),
                            models.Index(fields=["account", "id"], include=("amount_minor",), name="ledger_entry_account"),
                            models.Index(
                                condition=models.Q(("ref", ""), _negated=True), fields=["ref", "account"], name="ledger_entry_ref"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("amount_minor", 0), _negated=True), name="ledger_entry_not_zero")
                        ],
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
                        (
                            "outcome",
                            models.CharField(
                                choices=[("EQUAL", "Equal"), ("DIFFERENT", "Different"), ("REFUSED", "Refused"), ("FAILED", "Failed")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("recorded_at", models.DateTimeField(help_text="The product's clock.")),
                        (
                            "shadow",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="postings",
                                to="ledger.shadow",
                            ),
                        ),
                        (
                            "transaction",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="ledger.journaltransaction",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_shadow_posting",
                        "db_table_comment": "append-only",
                        "indexes": [
                            models.Index(
                                fields=["shadow", "business_date", "id"],
                                include=("outcome", "posted_rule"),
                                name="ledger_shadow_posting_day",
                            )
                        ],
                        "constraints": [models.UniqueConstraint(fields=("transaction", "shadow"), name="ledger_shadow_posting_once")],
                    },
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
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lines",
                                to="ledger.shadowposting",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "ledger_shadow_line",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["posting"], name="ledger_shadow_line_posting")],
                    },
                ),
            ]
        )
    ]
