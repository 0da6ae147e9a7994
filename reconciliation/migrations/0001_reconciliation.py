"""Files and their sources, batches, matches, cases, watches, rules, activities and closes."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django_fsm
import ledger.ids
import ledger.models.base
import reconciliation.models.fields
import simple_history.models
from django.conf import settings
from ledger.migrations._together import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cashier", "0002_payments"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="Watch",
                    fields=[
                        (
                            "code",
                            reconciliation.models.fields.CodeField(db_collation="C", max_length=64, primary_key=True, serialize=False),
                        ),
                        ("title", models.CharField(max_length=120)),
                        ("explanation", models.TextField()),
                        ("rank", models.PositiveSmallIntegerField()),
                        ("is_on", models.BooleanField(default=True)),
                        ("thresholds", models.JSONField(default=dict)),
                        ("mail_to", models.JSONField(blank=True, default=list)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "verbose_name_plural": "watches",
                        "db_table": "reconciliation_watch",
                        "ordering": ["rank"],
                    },
                ),
                migrations.CreateModel(
                    name="AutoRule",
                    fields=[
                        (
                            "code",
                            reconciliation.models.fields.CodeField(db_collation="C", max_length=48, primary_key=True, serialize=False),
                        ),
                        ("title", models.CharField(max_length=120)),
                        ("explanation", models.TextField()),
                        ("rank", models.PositiveSmallIntegerField()),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        ("action", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                        ("reason_codes", models.JSONField(blank=True, default=list)),
                        ("each_minor", models.JSONField(blank=True, default=dict)),
                        ("month_minor", models.JSONField(blank=True, default=dict)),
                        ("is_on", models.BooleanField(default=False)),
                        ("approval_id", models.UUIDField(null=True)),
                        ("updated_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "reconciliation_auto_rule",
                        "ordering": ["rank"],
                    },
                ),
                migrations.CreateModel(
                    name="SourceFile",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("source", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("name", models.CharField(max_length=255)),
                        ("sha256", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("byte_size", models.BigIntegerField()),
                        ("encoding", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=24)),
                        ("storage_path", models.CharField(max_length=255)),
                        (
                            "state",
                            models.CharField(
                                choices=[("RECEIVED", "Received"), ("LOADED", "Loaded"), ("REFUSED", "Refused")],
                                default="RECEIVED",
                                max_length=16,
                            ),
                        ),
                        (
                            "account_hint",
                            reconciliation.models.fields.CodeField(
                                blank=True, db_collation="C", help_text="The account code given with the file.", max_length=64
                            ),
                        ),
                        ("bucket", models.BigIntegerField(null=True)),
                        ("lines", models.BigIntegerField(default=0)),
                        ("result", models.JSONField(default=dict)),
                        ("error", models.JSONField(null=True)),
                        ("received_at", models.DateTimeField()),
                        ("received_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("received_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("loaded_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "bank_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="source_files",
                                to="cashier.bankaccount",
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="source_files",
                                to="cashier.merchantaccount",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_source_file",
                        "permissions": [("load_file", "Can upload and load files")],
                        "indexes": [models.Index(fields=["-received_at"], name="reconciliation_file_recent")],
                        "constraints": [models.UniqueConstraint(fields=("source", "sha256"), name="reconciliation_file_once")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="DailyClose",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("business_date", models.DateField()),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[("OPEN", "Open"), ("CLOSING", "Closing"), ("PREPARED", "Prepared"), ("SIGNED_OFF", "Signed Off")],
                                default="OPEN",
                                max_length=16,
                            ),
                        ),
                        ("zone", models.CharField(max_length=64)),
                        ("cutoff", models.TimeField()),
                        ("checklist", models.JSONField(default=list)),
                        ("overrides", models.JSONField(default=list)),
                        ("begun_at", models.DateTimeField(null=True)),
                        ("begun_by_kind", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("begun_by_id", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("prepared_at", models.DateTimeField(null=True)),
                        ("signed_at", models.DateTimeField(null=True)),
                        ("approval_id", models.UUIDField(null=True)),
                        ("reopened_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="closes", to="ledger.legalentity"),
                        ),
                        (
                            "preparer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="prepared_closes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "signer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signed_closes",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_close",
                        "permissions": [
                            ("prepare_close", "Can prepare a close"),
                            ("sign_close", "Can sign a close off"),
                            ("reopen_close", "Can reopen a day"),
                            ("take_bundle", "Can take the bundle of a signed day away"),
                        ],
                        "indexes": [models.Index(fields=["-business_date"], name="reconciliation_close_recent")],
                        "constraints": [
                            models.UniqueConstraint(fields=("entity", "business_date", "version"), name="reconciliation_close_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("signer", None), models.Q(("signer", models.F("preparer")), _negated=True), _connector="OR"
                                ),
                                name="reconciliation_close_two_people",
                            ),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="ColumnMapVersion",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("version", models.PositiveIntegerField()),
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
                        ("layout", models.JSONField(default=dict)),
                        ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("trial", models.JSONField(default=dict)),
                        ("maker_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("maker_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("activated_at", models.DateTimeField(null=True)),
                        ("retired_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "bank_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="column_maps", to="cashier.bankaccount"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="column_maps",
                                to="cashier.merchantaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "column map",
                        "verbose_name_plural": "column maps",
                        "db_table": "reconciliation_column_map",
                        "permissions": [("propose_column_map", "Can draft column maps"), ("approve_column_map", "Can approve column maps")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("merchant_account__isnull", True), ("bank_account__isnull", True), _connector="XOR"),
                                name="reconciliation_map_of_one",
                            ),
                            models.UniqueConstraint(fields=("merchant_account", "version"), name="reconciliation_map_psp_once"),
                            models.UniqueConstraint(fields=("bank_account", "version"), name="reconciliation_map_bank_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "ACTIVE")), fields=("merchant_account",), name="reconciliation_map_psp_active"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state", "ACTIVE")), fields=("bank_account",), name="reconciliation_map_bank_active"
                            ),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="ReasonCode",
                    fields=[
                        (
                            "code",
                            reconciliation.models.fields.CodeField(db_collation="C", max_length=64, primary_key=True, serialize=False),
                        ),
                        ("title", models.CharField(max_length=120)),
                        ("group", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("rank", models.PositiveSmallIntegerField(help_text="Within a group the first that fits wins.")),
                        ("category", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("player_impact", reconciliation.models.fields.CodeField(db_collation="C", max_length=8)),
                        (
                            "owner_team",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "co_owner_team",
                            reconciliation.models.fields.CodeField(
                                blank=True,
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "sla_clock",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("h", "hours"),
                                    ("d", "days"),
                                    ("bd", "business days"),
                                    ("same_day", "end of the business day, at least four hours"),
                                ],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        ("sla_value", models.PositiveSmallIntegerField(default=0)),
                        (
                            "severity",
                            reconciliation.models.fields.CodeField(
                                choices=[("critical", "Critical"), ("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        ("raised_when", models.TextField()),
                        ("resolves_when", models.TextField(blank=True, help_text="Empty: never by itself.")),
                        ("playbook", models.JSONField(default=list)),
                        ("dispositions", models.JSONField(default=list)),
                        ("player_text", models.TextField(blank=True)),
                    ],
                    options={
                        "db_table": "reconciliation_reason_code",
                        "ordering": ["rank"],
                    },
                ),
                migrations.CreateModel(
                    name="ReconciliationRun",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("account_code", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("date", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("PENDING", "Pending"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                                default="PENDING",
                                max_length=16,
                            ),
                        ),
                        ("lines", models.BigIntegerField(default=0)),
                        ("matched", models.BigIntegerField(default=0)),
                        ("suggested", models.BigIntegerField(default=0)),
                        ("carried_forward", models.BigIntegerField(default=0)),
                        ("cases", models.JSONField(default=dict)),
                        ("residuals", models.JSONField(default=list)),
                        ("times_run", models.PositiveIntegerField(default=0)),
                        ("error", models.TextField(blank=True)),
                        ("started_at", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("seconds", models.DecimalField(decimal_places=3, default=0, max_digits=12)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "bank_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="cashier.bankaccount"
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="ledger.legalentity"),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_run",
                        "permissions": [("run_reconciliation", "Can run a reconciliation again")],
                        "indexes": [models.Index(fields=["-date", "account_code"], name="reconciliation_run_recent")],
                        "constraints": [models.UniqueConstraint(fields=("account_code", "date"), name="reconciliation_run_once")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="FileSource",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("code", reconciliation.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("kind", models.CharField(choices=[("sftp", "SFTP server"), ("folder", "Folder")], max_length=8)),
                        ("format", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("account", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("host", models.CharField(blank=True, max_length=255)),
                        ("port", models.PositiveIntegerField(default=22)),
                        ("username", models.CharField(blank=True, max_length=100)),
                        ("host_key", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=100)),
                        ("secret_ref", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("directory", models.CharField(blank=True, max_length=500)),
                        ("pattern", models.CharField(default="*", max_length=200)),
                        ("every_minutes", models.PositiveIntegerField(default=15)),
                        ("is_on", models.BooleanField(default=True)),
                    ],
                    options={
                        "db_table": "reconciliation_file_source",
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalAutoRule",
                    fields=[
                        ("code", reconciliation.models.fields.CodeField(db_collation="C", db_index=True, max_length=48)),
                        ("title", models.CharField(max_length=120)),
                        ("explanation", models.TextField()),
                        ("rank", models.PositiveSmallIntegerField()),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        ("action", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                        ("reason_codes", models.JSONField(blank=True, default=list)),
                        ("each_minor", models.JSONField(blank=True, default=dict)),
                        ("month_minor", models.JSONField(blank=True, default=dict)),
                        ("is_on", models.BooleanField(default=False)),
                        ("approval_id", models.UUIDField(null=True)),
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
                        "verbose_name": "historical auto rule",
                        "verbose_name_plural": "historical auto rules",
                        "db_table": "reconciliation_auto_rule_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalColumnMapVersion",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("version", models.PositiveIntegerField()),
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
                        ("layout", models.JSONField(default=dict)),
                        ("digest", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("trial", models.JSONField(default=dict)),
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
                            "bank_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.bankaccount",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.merchantaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical column map",
                        "verbose_name_plural": "historical column maps",
                        "db_table": "reconciliation_column_map_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalDailyClose",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("business_date", models.DateField()),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[("OPEN", "Open"), ("CLOSING", "Closing"), ("PREPARED", "Prepared"), ("SIGNED_OFF", "Signed Off")],
                                default="OPEN",
                                max_length=16,
                            ),
                        ),
                        ("zone", models.CharField(max_length=64)),
                        ("cutoff", models.TimeField()),
                        ("checklist", models.JSONField(default=list)),
                        ("overrides", models.JSONField(default=list)),
                        ("begun_at", models.DateTimeField(null=True)),
                        ("begun_by_kind", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("begun_by_id", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("prepared_at", models.DateTimeField(null=True)),
                        ("signed_at", models.DateTimeField(null=True)),
                        ("approval_id", models.UUIDField(null=True)),
                        ("reopened_at", models.DateTimeField(null=True)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
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
                        (
                            "preparer",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "signer",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical daily close",
                        "verbose_name_plural": "historical daily closes",
                        "db_table": "reconciliation_close_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalFileSource",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("code", reconciliation.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("kind", models.CharField(choices=[("sftp", "SFTP server"), ("folder", "Folder")], max_length=8)),
                        ("format", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("account", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("host", models.CharField(blank=True, max_length=255)),
                        ("port", models.PositiveIntegerField(default=22)),
                        ("username", models.CharField(blank=True, max_length=100)),
                        ("host_key", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=100)),
                        ("secret_ref", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("directory", models.CharField(blank=True, max_length=500)),
                        ("pattern", models.CharField(default="*", max_length=200)),
                        ("every_minutes", models.PositiveIntegerField(default=15)),
                        ("is_on", models.BooleanField(default=True)),
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
                        "verbose_name": "historical file source",
                        "verbose_name_plural": "historical file sources",
                        "db_table": "reconciliation_file_source_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalReasonCode",
                    fields=[
                        ("code", reconciliation.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("title", models.CharField(max_length=120)),
                        ("group", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("rank", models.PositiveSmallIntegerField(help_text="Within a group the first that fits wins.")),
                        ("category", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("player_impact", reconciliation.models.fields.CodeField(db_collation="C", max_length=8)),
                        (
                            "owner_team",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "co_owner_team",
                            reconciliation.models.fields.CodeField(
                                blank=True,
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "sla_clock",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("h", "hours"),
                                    ("d", "days"),
                                    ("bd", "business days"),
                                    ("same_day", "end of the business day, at least four hours"),
                                ],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        ("sla_value", models.PositiveSmallIntegerField(default=0)),
                        (
                            "severity",
                            reconciliation.models.fields.CodeField(
                                choices=[("critical", "Critical"), ("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        ("raised_when", models.TextField()),
                        ("resolves_when", models.TextField(blank=True, help_text="Empty: never by itself.")),
                        ("playbook", models.JSONField(default=list)),
                        ("dispositions", models.JSONField(default=list)),
                        ("player_text", models.TextField(blank=True)),
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
                        "verbose_name": "historical reason code",
                        "verbose_name_plural": "historical reason codes",
                        "db_table": "reconciliation_reason_code_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalReconciliationRun",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("account_code", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("date", models.DateField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("PENDING", "Pending"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                                default="PENDING",
                                max_length=16,
                            ),
                        ),
                        ("lines", models.BigIntegerField(default=0)),
                        ("matched", models.BigIntegerField(default=0)),
                        ("suggested", models.BigIntegerField(default=0)),
                        ("carried_forward", models.BigIntegerField(default=0)),
                        ("cases", models.JSONField(default=dict)),
                        ("residuals", models.JSONField(default=list)),
                        ("times_run", models.PositiveIntegerField(default=0)),
                        ("error", models.TextField(blank=True)),
                        ("started_at", models.DateTimeField(null=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("seconds", models.DecimalField(decimal_places=3, default=0, max_digits=12)),
                        ("updated_at", models.DateTimeField()),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "bank_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.bankaccount",
                            ),
                        ),
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
                        (
                            "merchant_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.merchantaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical reconciliation run",
                        "verbose_name_plural": "historical reconciliation runs",
                        "db_table": "reconciliation_run_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalSavedView",
                    fields=[
                        ("id", models.BigIntegerField(blank=True, db_index=True)),
                        ("name", models.CharField(max_length=40)),
                        ("query", models.CharField(max_length=1000)),
                        ("is_shared", models.BooleanField(default=False)),
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
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical saved view",
                        "verbose_name_plural": "historical saved views",
                        "db_table": "reconciliation_saved_view_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalSourceFile",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("source", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("name", models.CharField(max_length=255)),
                        ("sha256", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("byte_size", models.BigIntegerField()),
                        ("encoding", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=24)),
                        ("storage_path", models.CharField(max_length=255)),
                        (
                            "state",
                            models.CharField(
                                choices=[("RECEIVED", "Received"), ("LOADED", "Loaded"), ("REFUSED", "Refused")],
                                default="RECEIVED",
                                max_length=16,
                            ),
                        ),
                        (
                            "account_hint",
                            reconciliation.models.fields.CodeField(
                                blank=True, db_collation="C", help_text="The account code given with the file.", max_length=64
                            ),
                        ),
                        ("bucket", models.BigIntegerField(null=True)),
                        ("lines", models.BigIntegerField(default=0)),
                        ("result", models.JSONField(default=dict)),
                        ("error", models.JSONField(null=True)),
                        ("received_at", models.DateTimeField()),
                        ("received_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("received_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("loaded_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField()),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "bank_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.bankaccount",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.merchantaccount",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical source file",
                        "verbose_name_plural": "historical source files",
                        "db_table": "reconciliation_source_file_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalWatch",
                    fields=[
                        ("code", reconciliation.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("title", models.CharField(max_length=120)),
                        ("explanation", models.TextField()),
                        ("rank", models.PositiveSmallIntegerField()),
                        ("is_on", models.BooleanField(default=True)),
                        ("thresholds", models.JSONField(default=dict)),
                        ("mail_to", models.JSONField(blank=True, default=list)),
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
                        "verbose_name": "historical watch",
                        "verbose_name_plural": "historical watches",
                        "db_table": "reconciliation_watch_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="ProvisionalClose",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("business_date", models.DateField()),
                        ("taken_at", models.DateTimeField()),
                        ("taken_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("taken_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("missing", models.PositiveIntegerField()),
                        ("checklist", models.JSONField()),
                        ("totals", models.JSONField()),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="provisional_closes", to="ledger.legalentity"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_provisional_close",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["entity", "-taken_at"], name="reconciliation_mini_recent")],
                    },
                ),
                migrations.CreateModel(
                    name="SavedView",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=40)),
                        ("query", models.CharField(max_length=1000)),
                        ("is_shared", models.BooleanField(default=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="saved_views", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_saved_view",
                        "ordering": ["id"],
                        "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="reconciliation_saved_view_once")],
                    },
                ),
                migrations.CreateModel(
                    name="SuspenseItem",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("line_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                        ("line_id", models.BigIntegerField()),
                        ("holder", reconciliation.models.fields.CodeField(db_collation="C", max_length=40)),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("reason_code", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("placed_txn", reconciliation.models.fields.CodeField(db_collation="C", max_length=40)),
                        ("placed_at", models.DateTimeField()),
                        ("cleared_txn", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=40)),
                        ("cleared_at", models.DateTimeField(null=True)),
                        (
                            "bank_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspense_items",
                                to="cashier.bankaccount",
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspense_items",
                                to="cashier.merchantaccount",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_suspense_item",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("cleared_at", None)), fields=["holder", "currency"], name="reconciliation_suspense_open"
                            )
                        ],
                        "constraints": [models.UniqueConstraint(fields=("line_kind", "line_id"), name="reconciliation_suspense_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Alert",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("about", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                        ("sentence", models.CharField(max_length=300)),
                        ("facts", models.JSONField(default=dict)),
                        ("case_ref", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[("OPEN", "Open"), ("SEEN", "Seen"), ("PASSED", "Passed")], default="OPEN", max_length=8
                            ),
                        ),
                        ("noticed_at", models.DateTimeField()),
                        ("last_at", models.DateTimeField(help_text="When it was last past its threshold.")),
                        ("passed_at", models.DateTimeField(null=True)),
                        ("mail_due_at", models.DateTimeField(null=True)),
                        ("mail_tries", models.PositiveSmallIntegerField(default=0)),
                        ("mailed_at", models.DateTimeField(null=True)),
                        ("mail_error", models.CharField(blank=True, max_length=300)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "watch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="alerts", to="reconciliation.watch"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_alert",
                        "permissions": [("see_alert", "Can mark alerts as seen")],
                        "indexes": [
                            models.Index(fields=["-noticed_at"], name="reconciliation_alert_recent"),
                            models.Index(
                                condition=models.Q(("mail_due_at__isnull", False)), fields=["mail_due_at"], name="reconciliation_alert_mail"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["OPEN", "SEEN"])),
                                fields=("watch", "about"),
                                name="reconciliation_alert_once",
                            )
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalAlert",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("about", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                        ("sentence", models.CharField(max_length=300)),
                        ("facts", models.JSONField(default=dict)),
                        ("case_ref", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        (
                            "state",
                            models.CharField(
                                choices=[("OPEN", "Open"), ("SEEN", "Seen"), ("PASSED", "Passed")], default="OPEN", max_length=8
                            ),
                        ),
                        ("noticed_at", models.DateTimeField()),
                        ("last_at", models.DateTimeField(help_text="When it was last past its threshold.")),
                        ("passed_at", models.DateTimeField(null=True)),
                        ("mail_due_at", models.DateTimeField(null=True)),
                        ("mail_tries", models.PositiveSmallIntegerField(default=0)),
                        ("mailed_at", models.DateTimeField(null=True)),
                        ("mail_error", models.CharField(blank=True, max_length=300)),
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
                            "watch",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.watch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical alert",
                        "verbose_name_plural": "historical alerts",
                        "db_table": "reconciliation_alert_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="BankStatement",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("index", models.PositiveIntegerField()),
                        ("number", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=40)),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("opening_minor", ledger.models.base.MinorUnitsField()),
                        ("closing_minor", ledger.models.base.MinorUnitsField()),
                        ("opening_date", models.DateField(null=True)),
                        ("closing_date", models.DateField(null=True)),
                        ("lines", models.PositiveIntegerField()),
                        ("bucket", models.BigIntegerField()),
                        ("loaded_at", models.DateTimeField()),
                        (
                            "bank_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="cashier.bankaccount"
                            ),
                        ),
                        (
                            "source_file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="reconciliation.sourcefile"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_statement",
                        "indexes": [models.Index(fields=["bank_account", "closing_date", "id"], name="reconciliation_statement_day")],
                        "constraints": [models.UniqueConstraint(fields=("source_file", "index"), name="reconciliation_statement_once")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalSettlementBatch",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("number", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[("LOADED", "Loaded"), ("HELD", "Held"), ("SETTLED", "Settled"), ("PAID", "Paid")],
                                default="LOADED",
                                max_length=16,
                            ),
                        ),
                        ("bucket", models.BigIntegerField()),
                        ("lines", models.BigIntegerField(default=0)),
                        ("business_date", models.DateField()),
                        ("payout_date", models.DateField(null=True)),
                        ("due_date", models.DateField(null=True)),
                        ("payout_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("carried_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("paid_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("transfer_reference", models.CharField(blank=True, max_length=200)),
                        ("totals", models.JSONField(default=dict)),
                        ("posted_txn", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=40)),
                        ("settled_at", models.DateTimeField(null=True)),
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
                            "merchant_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.merchantaccount",
                            ),
                        ),
                        (
                            "source_file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.sourcefile",
                            ),
                        ),
                        (
                            "taxes",
                            models.JSONField(
                                default=dict, help_text="Tax on fees, inside the fee of each kind: minor units, positive a cost."
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical settlement batch",
                        "verbose_name_plural": "historical settlement batches",
                        "db_table": "reconciliation_batch_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="SettlementBatch",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("number", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        (
                            "state",
                            models.CharField(
                                choices=[("LOADED", "Loaded"), ("HELD", "Held"), ("SETTLED", "Settled"), ("PAID", "Paid")],
                                default="LOADED",
                                max_length=16,
                            ),
                        ),
                        ("bucket", models.BigIntegerField()),
                        ("lines", models.BigIntegerField(default=0)),
                        ("business_date", models.DateField()),
                        ("payout_date", models.DateField(null=True)),
                        ("due_date", models.DateField(null=True)),
                        ("payout_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("carried_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("paid_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("transfer_reference", models.CharField(blank=True, max_length=200)),
                        ("totals", models.JSONField(default=dict)),
                        ("posted_txn", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=40)),
                        ("settled_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="settlement_batches", to="cashier.merchantaccount"
                            ),
                        ),
                        (
                            "source_file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="reconciliation.sourcefile"
                            ),
                        ),
                        (
                            "taxes",
                            models.JSONField(
                                default=dict, help_text="Tax on fees, inside the fee of each kind: minor units, positive a cost."
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "settlement batches",
                        "db_table": "reconciliation_batch",
                        "indexes": [models.Index(fields=["merchant_account", "business_date"], name="reconciliation_batch_by_day")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("merchant_account", "number", "currency", "version"), name="reconciliation_batch_once"
                            )
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="CloseSnapshot",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("taken_at", models.DateTimeField()),
                        ("totals", models.JSONField()),
                        ("manifest", models.JSONField(default=dict)),
                        ("first_txn", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=40)),
                        ("last_txn", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=40)),
                        ("audit_head", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("audit_position", models.BigIntegerField(null=True)),
                        ("audit_key_id", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("audit_signature", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=256)),
                        ("sha256", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("signature", models.TextField(blank=True)),
                        (
                            "close",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="snapshots", to="reconciliation.dailyclose"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_close_snapshot",
                        "db_table_comment": "append-only",
                    },
                ),
                migrations.CreateModel(
                    name="ExceptionCase",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("number", models.BigIntegerField(help_text='Shown as "CASE-17".', unique=True)),
                        ("category", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("player_impact", reconciliation.models.fields.CodeField(db_collation="C", max_length=8)),
                        (
                            "severity",
                            reconciliation.models.fields.CodeField(
                                choices=[("critical", "Critical"), ("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        (
                            "severity_rank",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, help_text="What the queue sorts by; 1 is the worst."
                            ),
                        ),
                        (
                            "owner_team",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "co_owner_team",
                            reconciliation.models.fields.CodeField(
                                blank=True,
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("OPEN", "Open"),
                                    ("INVESTIGATING", "Investigating"),
                                    ("WAITING", "Waiting"),
                                    ("PROPOSED", "Proposed"),
                                    ("RESOLVED", "Resolved"),
                                    ("AUTO_RESOLVED", "Auto Resolved"),
                                ],
                                default="OPEN",
                                max_length=16,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("wait_until", models.DateTimeField(blank=True, null=True)),
                        ("wait_for", models.CharField(blank=True, max_length=200)),
                        ("escalated_at", models.DateTimeField(blank=True, null=True)),
                        ("business_date", models.DateField()),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("merchant_reference", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                        ("psp_reference", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=200)),
                        ("bank_reference", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=200)),
                        ("dedupe_key", reconciliation.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        ("facts", models.JSONField(default=dict)),
                        ("proposed_disposition", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                        ("proposal", models.JSONField(default=dict)),
                        ("approval_id", models.UUIDField(blank=True, null=True)),
                        ("resolution", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                        ("resolution_note", models.TextField(blank=True)),
                        ("resolved_at", models.DateTimeField(null=True)),
                        ("resolved_by_kind", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("resolved_by_id", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("opened_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "assignee",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "bank_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cashier.bankaccount"
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="ledger.legalentity"),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cashier.merchantaccount"
                            ),
                        ),
                        (
                            "previous",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="next_versions",
                                to="reconciliation.exceptioncase",
                            ),
                        ),
                        (
                            "reason",
                            models.ForeignKey(
                                db_column="reason_code",
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cases",
                                to="reconciliation.reasoncode",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="raised_cases",
                                to="reconciliation.reconciliationrun",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_case",
                        "permissions": [
                            ("work_case", "Can work cases"),
                            ("approve_disposition", "Can approve dispositions"),
                            ("export_case", "Can export cases"),
                        ],
                        "indexes": [
                            models.Index(fields=["state", "owner_team", "due_at"], name="reconciliation_case_queue"),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["severity_rank", "due_at", "id", "owner_team"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_worst",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["amount_minor", "id"],
                                include=("currency",),
                                name="reconciliation_live_amount",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["opened_at", "id"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_age",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["number"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_number",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["reason", "due_at", "id"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_code",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["owner_team", "due_at", "id"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_team",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["assignee", "due_at", "id"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_person",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["merchant_account", "due_at", "id"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_psp",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                                fields=["due_at", "id", "business_date"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_live_late",
                            ),
                            models.Index(
                                fields=["opened_at"],
                                include=("reason", "owner_team", "resolved_at", "due_at"),
                                name="reconciliation_case_opened",
                            ),
                            models.Index(
                                condition=models.Q(("resolved_at__isnull", False)),
                                fields=["resolved_at"],
                                include=("reason", "owner_team", "due_at"),
                                name="reconciliation_case_ended",
                            ),
                            models.Index(
                                fields=["due_at"], include=("reason", "owner_team", "resolved_at"), name="reconciliation_case_breaches"
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("PROPOSED",))),
                                fields=["due_at", "id"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_proposed",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("RESOLVED", "AUTO_RESOLVED"))),
                                fields=["reason", "-number"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_ended_code",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("RESOLVED", "AUTO_RESOLVED"))),
                                fields=["amount_minor"],
                                include=("currency",),
                                name="reconciliation_ended_amount",
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ("RESOLVED", "AUTO_RESOLVED"))),
                                fields=["owner_team", "severity_rank", "assignee"],
                                include=("amount_minor", "currency"),
                                name="reconciliation_ended_team",
                            ),
                            models.Index(fields=["business_date", "reason"], name="reconciliation_case_by_day"),
                            models.Index(fields=["merchant_reference"], name="reconciliation_case_by_ref"),
                            models.Index(
                                condition=models.Q(("psp_reference", ""), _negated=True),
                                fields=["psp_reference"],
                                name="reconciliation_case_by_psp",
                            ),
                            models.Index(
                                condition=models.Q(("bank_reference", ""), _negated=True),
                                fields=["bank_reference"],
                                name="reconciliation_case_by_bank",
                            ),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("dedupe_key", "version"), name="reconciliation_case_once")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="LookupAnswer",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("is_known", models.BooleanField()),
                        ("answer", models.JSONField(null=True)),
                        ("asked_at", models.DateTimeField()),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="lookups", to="reconciliation.reconciliationrun"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_lookup_answer",
                        "constraints": [models.UniqueConstraint(fields=("run", "reference"), name="reconciliation_lookup_once")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalLyingFile",
                    fields=[
                        ("id", models.BigIntegerField(blank=True, db_index=True)),
                        ("name", models.CharField(max_length=255)),
                        ("byte_size", models.BigIntegerField()),
                        ("modified_at", models.DateTimeField()),
                        ("still_since", models.DateTimeField()),
                        ("problem", models.CharField(blank=True, max_length=300)),
                        ("moved_to", models.CharField(blank=True, max_length=400)),
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
                            "source",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.filesource",
                            ),
                        ),
                        (
                            "source_file",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.sourcefile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical file at a source",
                        "verbose_name_plural": "historical files at sources",
                        "db_table": "reconciliation_lying_file_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalSourcePull",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        (
                            "state",
                            models.CharField(
                                choices=[("WAITING", "Waiting"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                                default="RUNNING",
                                max_length=8,
                            ),
                        ),
                        ("asked_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("found", models.PositiveIntegerField(default=0)),
                        ("waiting", models.PositiveIntegerField(default=0)),
                        ("taken", models.PositiveIntegerField(default=0)),
                        ("byte_size", models.BigIntegerField(default=0)),
                        ("error", models.CharField(blank=True, max_length=1000)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("next_at", models.DateTimeField(null=True)),
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
                            "source",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.filesource",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical look at a source",
                        "verbose_name_plural": "historical looks at sources",
                        "db_table": "reconciliation_pull_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="LyingFile",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("name", models.CharField(max_length=255)),
                        ("byte_size", models.BigIntegerField()),
                        ("modified_at", models.DateTimeField()),
                        ("still_since", models.DateTimeField()),
                        ("problem", models.CharField(blank=True, max_length=300)),
                        ("moved_to", models.CharField(blank=True, max_length=400)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="reconciliation.filesource"
                            ),
                        ),
                        (
                            "source_file",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="origins",
                                to="reconciliation.sourcefile",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "file at a source",
                        "verbose_name_plural": "files at sources",
                        "db_table": "reconciliation_lying_file",
                        "constraints": [models.UniqueConstraint(fields=("source", "name"), name="reconciliation_lying_file_once")],
                    },
                ),
                migrations.CreateModel(
                    name="SourcePull",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "state",
                            models.CharField(
                                choices=[("WAITING", "Waiting"), ("RUNNING", "Running"), ("DONE", "Done"), ("FAILED", "Failed")],
                                default="RUNNING",
                                max_length=8,
                            ),
                        ),
                        ("asked_by_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("found", models.PositiveIntegerField(default=0)),
                        ("waiting", models.PositiveIntegerField(default=0)),
                        ("taken", models.PositiveIntegerField(default=0)),
                        ("byte_size", models.BigIntegerField(default=0)),
                        ("error", models.CharField(blank=True, max_length=1000)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("next_at", models.DateTimeField(null=True)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="pulls", to="reconciliation.filesource"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "look at a source",
                        "verbose_name_plural": "looks at sources",
                        "db_table": "reconciliation_pull",
                        "indexes": [models.Index(fields=["source", "-started_at"], name="reconciliation_pull_latest")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="BankLine",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("bucket", models.BigIntegerField()),
                        ("line_number", models.IntegerField()),
                        ("index", models.IntegerField()),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("booked_date", models.DateField()),
                        ("value_date", models.DateField(null=True)),
                        ("bank_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("end_to_end", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("transaction_code", reconciliation.models.fields.CodeField(db_collation="C", max_length=40)),
                        ("counterparty", models.TextField()),
                        ("narrative", models.TextField()),
                        ("is_reversal", models.BooleanField()),
                        ("charges_minor", ledger.models.base.MinorUnitsField(default=0)),
                        (
                            "bank_account",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_lines",
                                to="cashier.bankaccount",
                            ),
                        ),
                        (
                            "statement",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="bank_lines",
                                to="reconciliation.bankstatement",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_bank_line",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Match",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("rule", reconciliation.models.fields.CodeField(db_collation="C", max_length=48)),
                        ("line_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                        ("line_id", models.BigIntegerField()),
                        ("item_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=20)),
                        ("item_id", models.UUIDField(null=True)),
                        ("item_part", models.SmallIntegerField(default=0)),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("line_minor", ledger.models.base.MinorUnitsField()),
                        ("difference_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("compared", models.JSONField(null=True)),
                        ("suggested", models.BooleanField(default=False)),
                        ("matched_at", models.DateTimeField()),
                        ("undone_at", models.DateTimeField(null=True)),
                        ("undone_by_kind", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("undone_by_id", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("undone_reason", models.TextField(blank=True)),
                        (
                            "batch",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="matches",
                                to="reconciliation.settlementbatch",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="matches",
                                to="reconciliation.reconciliationrun",
                            ),
                        ),
                        ("line_part", models.SmallIntegerField(db_default=0, default=0)),
                    ],
                    options={
                        "verbose_name_plural": "matches",
                        "db_table": "reconciliation_match",
                        "indexes": [
                            django.contrib.postgres.indexes.BrinIndex(
                                autosummarize=True, fields=["batch"], name="reconciliation_match_batch"
                            ),
                            models.Index(
                                condition=models.Q(("difference_minor", 0), _negated=True),
                                fields=["batch", "id"],
                                name="reconciliation_match_differs",
                            ),
                            models.Index(condition=models.Q(("line_kind", "bank")), fields=["-id"], name="reconciliation_match_bank"),
                            models.Index(
                                condition=models.Q(("undone_at__isnull", False)), fields=["-id"], name="reconciliation_match_apart"
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at", None)),
                                fields=("line_id", "line_kind", "line_part"),
                                name="match_consumes_line_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("undone_at", None)),
                                fields=("item_id", "item_part", "item_kind"),
                                name="match_consumes_item_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PspLine",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("bucket", models.BigIntegerField()),
                        ("line_number", models.IntegerField()),
                        (
                            "kind",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("sale", "Sale"),
                                    ("refund", "Refund"),
                                    ("payout", "Payout"),
                                    ("chargeback", "Chargeback"),
                                    ("reversal", "Reversal"),
                                    ("fee", "Fee"),
                                    ("reserve", "Reserve"),
                                    ("balance_transfer", "Balance Transfer"),
                                    ("adjustment", "Adjustment"),
                                    ("fx", "Fx"),
                                    ("transfer", "Transfer"),
                                    ("unknown", "Unknown"),
                                ],
                                db_collation="C",
                                max_length=20,
                            ),
                        ),
                        ("type", reconciliation.models.fields.CodeField(db_collation="C", max_length=60)),
                        ("reverses", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=20)),
                        ("merchant_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("object_merchant_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("psp_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=80)),
                        ("object_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("reference_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                        ("reference_id", models.UUIDField(null=True)),
                        ("object_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                        ("object_id", models.UUIDField(null=True)),
                        ("method", reconciliation.models.fields.CodeField(db_collation="C", max_length=40)),
                        ("gross_currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("gross_minor", ledger.models.base.MinorUnitsField()),
                        ("net_currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("net_minor", ledger.models.base.MinorUnitsField()),
                        ("commission_minor", ledger.models.base.MinorUnitsField()),
                        ("markup_minor", ledger.models.base.MinorUnitsField()),
                        ("scheme_minor", ledger.models.base.MinorUnitsField()),
                        ("interchange_minor", ledger.models.base.MinorUnitsField()),
                        ("exchange_rate", models.DecimalField(decimal_places=18, max_digits=38, null=True)),
                        ("created_at", models.DateTimeField()),
                        ("business_date", models.DateField()),
                        (
                            "batch",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="psp_lines",
                                to="reconciliation.settlementbatch",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_psp_line",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="CaseEntry",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("text", models.TextField(blank=True)),
                        ("data", models.JSONField(default=dict)),
                        ("file_name", models.CharField(blank=True, max_length=255)),
                        ("file_path", models.CharField(blank=True, max_length=255)),
                        ("file_sha256", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("actor_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("actor_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("at", models.DateTimeField()),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="reconciliation.exceptioncase"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "case entries",
                        "db_table": "reconciliation_case_entry",
                        "db_table_comment": "append-only",
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="CaseLink",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("target_id", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("side", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="links", to="reconciliation.exceptioncase"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_case_link",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["kind", "target_id"], name="reconciliation_case_link_to")],
                        "constraints": [
                            models.UniqueConstraint(fields=("case", "kind", "target_id"), name="reconciliation_case_link_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalExceptionCase",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("number", models.BigIntegerField(db_index=True, help_text='Shown as "CASE-17".')),
                        ("category", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("player_impact", reconciliation.models.fields.CodeField(db_collation="C", max_length=8)),
                        (
                            "severity",
                            reconciliation.models.fields.CodeField(
                                choices=[("critical", "Critical"), ("high", "High"), ("medium", "Medium"), ("low", "Low")],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        (
                            "severity_rank",
                            models.PositiveSmallIntegerField(
                                default=0, editable=False, help_text="What the queue sorts by; 1 is the worst."
                            ),
                        ),
                        (
                            "owner_team",
                            reconciliation.models.fields.CodeField(
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "co_owner_team",
                            reconciliation.models.fields.CodeField(
                                blank=True,
                                choices=[
                                    ("payments_ops", "Payments operations"),
                                    ("finance", "Finance"),
                                    ("risk", "Risk"),
                                    ("engineering", "Engineering"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("OPEN", "Open"),
                                    ("INVESTIGATING", "Investigating"),
                                    ("WAITING", "Waiting"),
                                    ("PROPOSED", "Proposed"),
                                    ("RESOLVED", "Resolved"),
                                    ("AUTO_RESOLVED", "Auto Resolved"),
                                ],
                                default="OPEN",
                                max_length=16,
                            ),
                        ),
                        ("due_at", models.DateTimeField()),
                        ("wait_until", models.DateTimeField(blank=True, null=True)),
                        ("wait_for", models.CharField(blank=True, max_length=200)),
                        ("escalated_at", models.DateTimeField(blank=True, null=True)),
                        ("business_date", models.DateField()),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("merchant_reference", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                        ("psp_reference", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=200)),
                        ("bank_reference", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=200)),
                        ("dedupe_key", reconciliation.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("version", models.PositiveSmallIntegerField(default=1)),
                        ("facts", models.JSONField(default=dict)),
                        ("proposed_disposition", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                        ("proposal", models.JSONField(default=dict)),
                        ("approval_id", models.UUIDField(blank=True, null=True)),
                        ("resolution", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=48)),
                        ("resolution_note", models.TextField(blank=True)),
                        ("resolved_at", models.DateTimeField(null=True)),
                        ("resolved_by_kind", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("resolved_by_id", reconciliation.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("opened_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "assignee",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "bank_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.bankaccount",
                            ),
                        ),
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
                        (
                            "merchant_account",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.merchantaccount",
                            ),
                        ),
                        (
                            "previous",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.exceptioncase",
                            ),
                        ),
                        (
                            "reason",
                            models.ForeignKey(
                                blank=True,
                                db_column="reason_code",
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.reasoncode",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="reconciliation.reconciliationrun",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical exception case",
                        "verbose_name_plural": "historical exception cases",
                        "db_table": "reconciliation_case_history",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="RuleAct",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("rule", reconciliation.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("version", models.PositiveSmallIntegerField()),
                        ("act", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("posted", models.JSONField(default=list)),
                        ("at", models.DateTimeField()),
                        (
                            "case",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="rule_acts", to="reconciliation.exceptioncase"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "reconciliation_rule_act",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["rule", "at"], name="reconciliation_rule_act_by")],
                    },
                ),
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
                migrations.CreateModel(
                    name="Activity",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("line_number", models.IntegerField()),
                        ("kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=24)),
                        ("record_type", reconciliation.models.fields.CodeField(db_collation="C", max_length=60)),
                        ("merchant_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("psp_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=80)),
                        ("object_reference", reconciliation.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("reference_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                        ("reference_id", models.UUIDField(null=True)),
                        ("object_kind", reconciliation.models.fields.CodeField(db_collation="C", max_length=4)),
                        ("object_id", models.UUIDField(null=True)),
                        ("currency", reconciliation.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("booked_at", models.DateTimeField()),
                        ("business_date", models.DateField()),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="activities",
                                to="cashier.merchantaccount",
                            ),
                        ),
                        (
                            "source_file",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="activities", to="reconciliation.sourcefile"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "activities",
                        "db_table": "reconciliation_activity",
                        "indexes": [
                            models.Index(fields=["merchant_account", "business_date"], name="reconciliation_activity_day"),
                            models.Index(fields=["merchant_account", "psp_reference"], name="reconciliation_activity_psp"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LineTax",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("line_number", models.IntegerField()),
                        ("tax_minor", ledger.models.base.MinorUnitsField()),
                        (
                            "batch",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="line_taxes",
                                to="reconciliation.settlementbatch",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "tax of a line",
                        "verbose_name_plural": "taxes of lines",
                        "db_table": "reconciliation_line_tax",
                        "constraints": [models.UniqueConstraint(fields=("batch", "line_number"), name="reconciliation_line_tax_once")],
                    },
                ),
            ]
        )
    ]
