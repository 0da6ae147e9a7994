"""Disputes, their movements and evidence."""

import cashier.models.fields
import django.db.models.deletion
import django_fsm
import ledger.ids
import ledger.models.base
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
                    name="Dispute",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("provider_case_id", cashier.models.fields.CodeField(db_collation="C", max_length=80)),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("scheme", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("reason_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        (
                            "flow",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("visa_allocation", "Visa Allocation"),
                                    ("visa_collaboration", "Visa Collaboration"),
                                    ("mastercard", "Mastercard"),
                                    ("amex", "Amex"),
                                    ("wallet", "Wallet"),
                                    ("none", "None"),
                                ],
                                db_collation="C",
                                default="none",
                                max_length=24,
                            ),
                        ),
                        (
                            "opened_by",
                            cashier.models.fields.CodeField(
                                choices=[("webhook", "Webhook"), ("line", "Line"), ("hand", "Hand")], db_collation="C", max_length=8
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("INQUIRY", "Inquiry"),
                                    ("NOTIFIED", "Notified"),
                                    ("EVIDENCE", "Evidence"),
                                    ("SUBMITTED", "Submitted"),
                                    ("PRE_ARBITRATION", "Pre Arbitration"),
                                    ("ARBITRATION", "Arbitration"),
                                    ("WON_PROVISIONALLY", "Won Provisionally"),
                                    ("WON", "Won"),
                                    ("LOST", "Lost"),
                                    ("ACCEPTED", "Accepted"),
                                    ("EXPIRED", "Expired"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("AUTO_REFUNDED", "Auto Refunded"),
                                    ("INQUIRY_CLOSED", "Inquiry Closed"),
                                ],
                                default="NOTIFIED",
                                max_length=20,
                            ),
                        ),
                        ("held_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("disputed_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("answer_by", models.DateTimeField(null=True)),
                        ("opened_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("approval_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        (
                            "capture",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="cashier.capture"),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="ledger.legalentity"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="cashier.merchantaccount"
                            ),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="cashier.player"),
                        ),
                    ],
                    options={
                        "permissions": [
                            ("submit_dispute", "Can submit evidence and accept disputes"),
                            ("approve_dispute", "Can approve a submission or an acceptance above the threshold"),
                        ],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ("NOTIFIED", "EVIDENCE", "PRE_ARBITRATION"))),
                                fields=["answer_by"],
                                name="disputes_dispute_due",
                            ),
                            models.Index(fields=["player", "-opened_at"], name="disputes_dispute_by_player"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("merchant_account", "provider_case_id"), name="disputes_dispute_once_per_case"),
                            models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="disputes_dispute_positive"),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="DisputePolicy",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("four_eyes_above_minor", ledger.models.base.MinorUnitsField()),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="dispute_policies", to="ledger.legalentity"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "dispute policies",
                        "constraints": [models.UniqueConstraint(fields=("entity", "currency"), name="disputes_policy_once")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalDispute",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("provider_case_id", cashier.models.fields.CodeField(db_collation="C", max_length=80)),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("scheme", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("reason_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        (
                            "flow",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("visa_allocation", "Visa Allocation"),
                                    ("visa_collaboration", "Visa Collaboration"),
                                    ("mastercard", "Mastercard"),
                                    ("amex", "Amex"),
                                    ("wallet", "Wallet"),
                                    ("none", "None"),
                                ],
                                db_collation="C",
                                default="none",
                                max_length=24,
                            ),
                        ),
                        (
                            "opened_by",
                            cashier.models.fields.CodeField(
                                choices=[("webhook", "Webhook"), ("line", "Line"), ("hand", "Hand")], db_collation="C", max_length=8
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("INQUIRY", "Inquiry"),
                                    ("NOTIFIED", "Notified"),
                                    ("EVIDENCE", "Evidence"),
                                    ("SUBMITTED", "Submitted"),
                                    ("PRE_ARBITRATION", "Pre Arbitration"),
                                    ("ARBITRATION", "Arbitration"),
                                    ("WON_PROVISIONALLY", "Won Provisionally"),
                                    ("WON", "Won"),
                                    ("LOST", "Lost"),
                                    ("ACCEPTED", "Accepted"),
                                    ("EXPIRED", "Expired"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("AUTO_REFUNDED", "Auto Refunded"),
                                    ("INQUIRY_CLOSED", "Inquiry Closed"),
                                ],
                                default="NOTIFIED",
                                max_length=20,
                            ),
                        ),
                        ("held_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("disputed_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("answer_by", models.DateTimeField(null=True)),
                        ("opened_at", models.DateTimeField()),
                        ("closed_at", models.DateTimeField(null=True)),
                        ("approval_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "capture",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.capture",
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
                            "player",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.player",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical dispute",
                        "verbose_name_plural": "historical disputes",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalDisputePolicy",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("four_eyes_above_minor", ledger.models.base.MinorUnitsField()),
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
                        "verbose_name": "historical dispute policy",
                        "verbose_name_plural": "historical dispute policies",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="DisputeAnswer",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "call_state",
                            cashier.models.fields.CodeField(
                                choices=[("READY", "Ready"), ("SENT", "Sent"), ("UNKNOWN", "Unknown"), ("DONE", "Done")],
                                db_collation="C",
                                default="READY",
                                max_length=8,
                            ),
                        ),
                        ("call_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("idempotency_key", cashier.models.fields.CodeField(db_collation="C", max_length=80, unique=True)),
                        ("operation_key", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=480)),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_try_at", models.DateTimeField(null=True)),
                        ("nudged_at", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("trace_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[("SUBMIT", "Submit"), ("ACCEPT", "Accept")], db_collation="C", max_length=8
                            ),
                        ),
                        ("evidence", models.JSONField(default=list)),
                        ("note", models.TextField(blank=True)),
                        (
                            "outcome",
                            cashier.models.fields.CodeField(
                                blank=True, choices=[("TAKEN", "Taken"), ("REFUSED", "Refused")], db_collation="C", max_length=8
                            ),
                        ),
                        ("asked_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        (
                            "dispute",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="disputes.dispute"),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="dispute_answers", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="disputes_answer_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=("dispute",),
                                name="disputes_one_open_answer",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DisputeMovement",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("INQUIRY_HELD", "Inquiry Held"),
                                    ("INQUIRY_RELEASED", "Inquiry Released"),
                                    ("OPENED", "Opened"),
                                    ("DEBITED", "Debited"),
                                    ("CREDITED", "Credited"),
                                    ("WON", "Won"),
                                    ("WITHDRAWN", "Withdrawn"),
                                    ("AUTO_REFUNDED", "Auto Refunded"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("source", models.JSONField()),
                        ("told_by", cashier.models.fields.CodeField(db_collation="C", max_length=8)),
                        ("transaction_id", models.UUIDField()),
                        ("occurred_at", models.DateTimeField()),
                        ("recorded_at", models.DateTimeField()),
                        (
                            "dispute",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="disputes.dispute"),
                        ),
                    ],
                    options={
                        "db_table_comment": "append-only",
                        "ordering": ["id"],
                        "constraints": [models.UniqueConstraint(fields=("dispute", "kind", "number"), name="disputes_movement_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("identity", "Identity"),
                                    ("device", "Device"),
                                    ("authentication", "Authentication"),
                                    ("gameplay", "Gameplay"),
                                    ("terms", "Terms"),
                                    ("ledger_trail", "Ledger Trail"),
                                    ("communication", "Communication"),
                                    ("other", "Other"),
                                ],
                                db_collation="C",
                                default="other",
                                max_length=24,
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("content_type", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("size_bytes", models.PositiveIntegerField()),
                        ("sha256", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("source", models.CharField(max_length=120)),
                        ("path", models.CharField(max_length=200)),
                        ("added_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("added_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("added_at", models.DateTimeField()),
                        ("submitted_at", models.DateTimeField(null=True)),
                        (
                            "dispute",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="disputes.dispute"),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "evidence",
                        "constraints": [models.UniqueConstraint(fields=("dispute", "sha256"), name="disputes_evidence_once")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalDisputeAnswer",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        (
                            "call_state",
                            cashier.models.fields.CodeField(
                                choices=[("READY", "Ready"), ("SENT", "Sent"), ("UNKNOWN", "Unknown"), ("DONE", "Done")],
                                db_collation="C",
                                default="READY",
                                max_length=8,
                            ),
                        ),
                        ("call_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("idempotency_key", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=80)),
                        ("operation_key", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=480)),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_try_at", models.DateTimeField(null=True)),
                        ("nudged_at", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("answered_at", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("trace_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[("SUBMIT", "Submit"), ("ACCEPT", "Accept")], db_collation="C", max_length=8
                            ),
                        ),
                        ("evidence", models.JSONField(default=list)),
                        ("note", models.TextField(blank=True)),
                        (
                            "outcome",
                            cashier.models.fields.CodeField(
                                blank=True, choices=[("TAKEN", "Taken"), ("REFUSED", "Refused")], db_collation="C", max_length=8
                            ),
                        ),
                        ("asked_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "dispute",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="disputes.dispute",
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
                        "verbose_name": "historical dispute answer",
                        "verbose_name_plural": "historical dispute answers",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalEvidence",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("identity", "Identity"),
                                    ("device", "Device"),
                                    ("authentication", "Authentication"),
                                    ("gameplay", "Gameplay"),
                                    ("terms", "Terms"),
                                    ("ledger_trail", "Ledger Trail"),
                                    ("communication", "Communication"),
                                    ("other", "Other"),
                                ],
                                db_collation="C",
                                default="other",
                                max_length=24,
                            ),
                        ),
                        ("name", models.CharField(max_length=120)),
                        ("content_type", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("size_bytes", models.PositiveIntegerField()),
                        ("sha256", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("source", models.CharField(max_length=120)),
                        ("path", models.CharField(max_length=200)),
                        ("added_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("added_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("added_at", models.DateTimeField()),
                        ("submitted_at", models.DateTimeField(null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "dispute",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="disputes.dispute",
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
                        "verbose_name": "historical evidence",
                        "verbose_name_plural": "historical evidence",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
            ]
        )
    ]
