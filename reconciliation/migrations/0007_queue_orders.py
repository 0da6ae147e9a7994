"""Indexes by which the queue is read a page at a time, whatever it is sorted or narrowed by (E5, UX 2.7)."""

from django.db import migrations, models


RANK = "UPDATE reconciliation_case SET severity_rank = array_position(ARRAY['critical', 'high', 'medium', 'low'], severity::text)"


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0006_provisional_closes")]

    operations = [
        migrations.AddField(
            model_name="exceptioncase",
            name="severity_rank",
            field=models.PositiveSmallIntegerField(default=0, editable=False, help_text="What the queue sorts by; 1 is the worst."),
        ),
        migrations.AddField(
            model_name="historicalexceptioncase",
            name="severity_rank",
            field=models.PositiveSmallIntegerField(default=0, editable=False, help_text="What the queue sorts by; 1 is the worst."),
        ),
        migrations.RunSQL(RANK, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name="exceptioncase",
            name="reconciliation_case_due",
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["severity_rank", "due_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_worst",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["amount_minor", "id"],
                include=("currency",),
                name="reconciliation_live_amount",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["opened_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_age",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["number"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_number",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["reason", "due_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_code",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["owner_team", "due_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_team",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["assignee", "due_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_person",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["merchant_account", "due_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_psp",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                condition=models.Q(("state__in", ("OPEN", "INVESTIGATING", "WAITING", "PROPOSED"))),
                fields=["due_at", "id"],
                include=("amount_minor", "currency"),
                name="reconciliation_live_late",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                fields=["opened_at"], include=("reason", "owner_team", "resolved_at", "due_at"), name="reconciliation_case_opened"
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                fields=["resolved_at"],
                include=("reason", "owner_team", "due_at"),
                condition=models.Q(("resolved_at__isnull", False)),
                name="reconciliation_case_ended",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(fields=["due_at"], include=("reason", "owner_team", "resolved_at"), name="reconciliation_case_breaches"),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                fields=["reason", "-number"],
                condition=models.Q(("state__in", ("RESOLVED", "AUTO_RESOLVED"))),
                name="reconciliation_ended_code",
            ),
        ),
        migrations.AddIndex(
            "exceptioncase",
            models.Index(
                fields=["amount_minor"],
                condition=models.Q(("state__in", ("RESOLVED", "AUTO_RESOLVED"))),
                name="reconciliation_ended_amount",
            ),
        ),
    ]
