"""Which permissions nobody holds together (S2): who posts never approves, who approves postings approves no dispositions of cases (L12)."""

from datetime import UTC, datetime
from typing import Any

from django.db import migrations

from ledger.ids import new_id

DISPOSITIONS = "reconciliation.approve_disposition"
DUTIES = (
    ("cashier.approve_bonus", "cashier.propose_bonus", "Who grants never approves."),
    ("ledger.approve_shadow", "ledger.propose_shadow", "Who proposes a posting rule never approves it."),
    ("ledger.propose_shadow", DISPOSITIONS, "Who can change postings approves no dispositions."),
    ("ledger.approve_shadow", DISPOSITIONS, "Who approves posting rules approves no dispositions."),
)


def duties_of(act: str) -> tuple[tuple[str, str, str], ...]:
    proposes, approves = f"ledger.propose_{act}", f"ledger.approve_{act}"
    return (
        (approves, proposes, "Who posts never approves."),
        (proposes, DISPOSITIONS, "Who can change postings approves no dispositions."),
        (approves, DISPOSITIONS, "Who approves postings by hand approves no dispositions."),
    )


def add_duties(apps: Any, schema_editor: Any) -> None:
    duty, now = apps.get_model("ledger", "SeparateDuty"), datetime.now(UTC)
    for first, second, reason in (*DUTIES, *(each for act in ("adjustment", "reversal", "write_off") for each in duties_of(act))):
        duty.objects.create(id=new_id(), first=first, second=second, reason=reason, updated_at=now)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards")]
    operations = [migrations.RunPython(add_duties, migrations.RunPython.noop)]
