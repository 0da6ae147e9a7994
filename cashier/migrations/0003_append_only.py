"""What the cashier writes once: the ledger's guard on these tables (L2)."""

from django.db import migrations

TABLES = (
    "cashier_psp_event",
    "cashier_round_move",
    "cashier_bonus_move",
    "cashier_breaker_change",
    "cashier_routing_decision",
    "cashier_split_stop",
    "cashier_outgoing_attempt",
    "cashier_payer_check",
    "cashier_frozen_checks",
)


def guard(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(f"SELECT ledger_make_append_only('{table}')", f"DROP TRIGGER IF EXISTS append_only ON {table}")


class Migration(migrations.Migration):
    dependencies = [("cashier", "0002_payments")]
    operations = [guard(table) for table in TABLES]
