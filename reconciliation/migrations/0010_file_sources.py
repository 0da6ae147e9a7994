"""Places that files come from by themselves, what lay there, and each look (R1)."""

import django.db.models.deletion
import django_fsm
import ledger.ids
import reconciliation.models.fields
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0009_saved_views"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="reconciliation.filesource"),
                ),
                (
                    "source_file",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="origins", to="reconciliation.sourcefile"
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pulls", to="reconciliation.filesource"),
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
    ]
