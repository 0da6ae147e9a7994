"""Bonuses, what rounds did to them, and in which order a brand's stakes use cash and bonus (G4)."""

import cashier.models.fields
import django.db.models.deletion
import django_fsm
import ledger.ids
import ledger.models.base
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_guards_and_posting"),
        ("cashier", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="brand",
            name="bonus_first",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="historicalbrand",
            name="bonus_first",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Bonus",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "kind",
                    cashier.models.fields.CodeField(
                        choices=[("amount", "Amount"), ("freespins", "Freespins"), ("cashback", "Cashback")],
                        db_collation="C",
                        max_length=16,
                    ),
                ),
                ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("PAID", "Paid"),
                            ("CONVERTED", "Converted"),
                            ("EXPIRED", "Expired"),
                            ("FORFEITED", "Forfeited"),
                        ],
                        default="ACTIVE",
                        max_length=12,
                    ),
                ),
                ("grant_ref", cashier.models.fields.CodeField(db_collation="C", max_length=512, unique=True)),
                ("deposit_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                ("face_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("balance_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("converted_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("wager_times", models.PositiveSmallIntegerField(default=0)),
                ("required_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("wagered_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("cap_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("max_bet_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("spins", models.PositiveIntegerField(default=0)),
                ("spins_used", models.PositiveIntegerField(default=0)),
                ("spin_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("game", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                ("contribution", models.JSONField(blank=True, default=dict)),
                ("prohibited_games", models.JSONField(blank=True, default=list)),
                ("forfeits_on_payout", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("entity", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bonuses", to="ledger.legalentity")),
                ("player", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bonuses", to="cashier.player")),
            ],
            options={
                "verbose_name_plural": "bonuses",
                "permissions": [("propose_bonus", "Can propose bonuses by hand"), ("approve_bonus", "Can approve bonuses by hand")],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="BonusMove",
            fields=[
                ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("amount_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("wagered_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("is_spin", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("bonus", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="cashier.bonus")),
                (
                    "move",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bonus_moves", to="cashier.roundmove"),
                ),
            ],
            options={
                "db_table": "cashier_bonus_move",
                "db_table_comment": "append-only",
            },
        ),
        migrations.CreateModel(
            name="HistoricalBonus",
            fields=[
                ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "kind",
                    cashier.models.fields.CodeField(
                        choices=[("amount", "Amount"), ("freespins", "Freespins"), ("cashback", "Cashback")],
                        db_collation="C",
                        max_length=16,
                    ),
                ),
                ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("PAID", "Paid"),
                            ("CONVERTED", "Converted"),
                            ("EXPIRED", "Expired"),
                            ("FORFEITED", "Forfeited"),
                        ],
                        default="ACTIVE",
                        max_length=12,
                    ),
                ),
                ("grant_ref", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=512)),
                ("deposit_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                ("face_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("balance_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("converted_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("wager_times", models.PositiveSmallIntegerField(default=0)),
                ("required_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("wagered_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("cap_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("max_bet_minor", ledger.models.base.MinorUnitsField(null=True)),
                ("spins", models.PositiveIntegerField(default=0)),
                ("spins_used", models.PositiveIntegerField(default=0)),
                ("spin_minor", ledger.models.base.MinorUnitsField(default=0)),
                ("game", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                ("contribution", models.JSONField(blank=True, default=dict)),
                ("prohibited_games", models.JSONField(blank=True, default=list)),
                ("forfeits_on_payout", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                "verbose_name": "historical bonus",
                "verbose_name_plural": "historical bonuses",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.AddIndex(
            model_name="bonus",
            index=models.Index(condition=models.Q(("state", "ACTIVE")), fields=["player", "currency"], name="cashier_bonus_active"),
        ),
        migrations.AddIndex(
            model_name="bonus",
            index=models.Index(condition=models.Q(("state", "ACTIVE")), fields=["expires_at"], name="cashier_bonus_due"),
        ),
        migrations.AddIndex(
            model_name="bonus",
            index=models.Index(
                condition=models.Q(("deposit_ref", ""), _negated=True), fields=["deposit_ref"], name="cashier_bonus_deposit"
            ),
        ),
        migrations.AddConstraint(
            model_name="bonus",
            constraint=models.CheckConstraint(condition=models.Q(("balance_minor__gte", 0)), name="cashier_bonus_not_below_zero"),
        ),
        migrations.AddConstraint(
            model_name="bonus",
            constraint=models.CheckConstraint(condition=models.Q(("spins_used__lte", models.F("spins"))), name="cashier_bonus_spins"),
        ),
        migrations.AddConstraint(
            model_name="bonus",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "ACTIVE"), ("balance_minor", 0), _connector="OR"), name="cashier_bonus_ended_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="bonusmove",
            constraint=models.UniqueConstraint(fields=("bonus", "move"), name="cashier_bonus_move_once"),
        ),
        migrations.RunSQL(
            "SELECT ledger_make_append_only('cashier_bonus_move')", "DROP TRIGGER IF EXISTS append_only ON cashier_bonus_move"
        ),
    ]
