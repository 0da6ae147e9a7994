"""Players, payments, PSPs, risk, routing and what is told to the operator's platform."""

import cashier.models.fields
import django.core.validators
import django.db.models.deletion
import django_fsm
import ledger.ids
import ledger.models.base
import oauth2_provider.generators
import simple_history.models
from django.conf import settings
from ledger.migrations._together import CreateModels
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cashier", "0001_clients"),
        ("ledger", "0004_separate_duties"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name="AccountCode",
                    fields=[
                        ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, primary_key=True, serialize=False)),
                    ],
                    options={
                        "db_table": "cashier_account_code",
                    },
                ),
                migrations.CreateModel(
                    name="BankAccount",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("iban", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        (
                            "statement_format",
                            cashier.models.fields.CodeField(
                                choices=[("camt053", "Camt053"), ("mt940", "Mt940"), ("bai2", "Bai2"), ("csv_bank", "Csv")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("contract", models.JSONField(blank=True, default=dict)),
                        ("is_active", models.BooleanField(default=True)),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="bank_accounts", to="ledger.legalentity"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_bank_account",
                    },
                ),
                migrations.CreateModel(
                    name="Brand",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        (
                            "late_money",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("HOLD", "hold for a person"),
                                    ("CREDIT", "credit a player who may be credited, hold the rest"),
                                    ("REFUND", "give it back"),
                                ],
                                db_collation="C",
                                default="HOLD",
                                max_length=8,
                            ),
                        ),
                        ("fee_rules", models.JSONField(blank=True, default=dict)),
                        ("bonus_first", models.BooleanField(default=False)),
                        ("licences", models.JSONField(blank=True, default=dict)),
                        ("merchant_category", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="brands", to="ledger.legalentity"),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalApiClient",
                    fields=[
                        ("id", models.BigIntegerField(blank=True, db_index=True)),
                        (
                            "client_id",
                            models.CharField(
                                db_index=True,
                                default=oauth2_provider.generators.generate_client_id,
                                max_length=255,
                                verbose_name="client ID",
                            ),
                        ),
                        (
                            "redirect_uris",
                            models.TextField(blank=True, help_text="Allowed URIs list, space separated", verbose_name="redirect URIs"),
                        ),
                        (
                            "post_logout_redirect_uris",
                            models.TextField(
                                blank=True,
                                default="",
                                help_text="Allowed Post Logout URIs list, space separated",
                                verbose_name="post logout redirect URIs",
                            ),
                        ),
                        (
                            "client_type",
                            models.CharField(
                                choices=[("confidential", "Confidential"), ("public", "Public")], max_length=32, verbose_name="client type"
                            ),
                        ),
                        (
                            "authorization_grant_type",
                            models.CharField(
                                choices=[
                                    ("authorization-code", "Authorization code"),
                                    ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                                    ("implicit", "Implicit"),
                                    ("password", "Resource owner password-based"),
                                    ("client-credentials", "Client credentials"),
                                    ("openid-hybrid", "OpenID connect hybrid"),
                                ],
                                max_length=44,
                                verbose_name="authorization grant type",
                            ),
                        ),
                        ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                        ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                        ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                        ("created", models.DateTimeField(blank=True, editable=False, verbose_name="created")),
                        ("updated", models.DateTimeField(blank=True, editable=False, verbose_name="updated")),
                        (
                            "algorithm",
                            models.CharField(
                                blank=True,
                                choices=[("", "No OIDC support"), ("RS256", "RSA with SHA-2 256"), ("HS256", "HMAC with SHA-2 256")],
                                default="",
                                max_length=5,
                                verbose_name="algorithm",
                            ),
                        ),
                        (
                            "allowed_origins",
                            models.TextField(
                                blank=True,
                                default="",
                                help_text="Allowed origins list to enable CORS, space separated",
                                verbose_name="allowed origins",
                            ),
                        ),
                        (
                            "registration_source",
                            models.CharField(
                                choices=[
                                    ("manual", "Manual"),
                                    ("dcr", "Dynamic Client Registration"),
                                    ("cimd", "Client ID Metadata Document"),
                                ],
                                default="manual",
                                help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                                max_length=32,
                                verbose_name="registration source",
                            ),
                        ),
                        (
                            "cimd_expires_at",
                            models.DateTimeField(
                                blank=True,
                                default=None,
                                help_text="When the cached Client ID Metadata Document should be re-fetched",
                                null=True,
                                verbose_name="CIMD expires at",
                            ),
                        ),
                        ("scopes", models.TextField(blank=True, default="")),
                        ("rate_per_minute", models.PositiveIntegerField(default=6000)),
                        ("is_active", models.BooleanField(default=True)),
                        ("ip_allow_list", models.JSONField(blank=True, default=list)),
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
                            "user",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="user",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical API client",
                        "verbose_name_plural": "historical API clients",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalBankAccount",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("iban", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        (
                            "statement_format",
                            cashier.models.fields.CodeField(
                                choices=[("camt053", "Camt053"), ("mt940", "Mt940"), ("bai2", "Bai2"), ("csv_bank", "Csv")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("contract", models.JSONField(blank=True, default=dict)),
                        ("is_active", models.BooleanField(default=True)),
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
                        "verbose_name": "historical bank account",
                        "verbose_name_plural": "historical bank accounts",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalBrand",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("name", models.CharField(max_length=120)),
                        (
                            "late_money",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("HOLD", "hold for a person"),
                                    ("CREDIT", "credit a player who may be credited, hold the rest"),
                                    ("REFUND", "give it back"),
                                ],
                                db_collation="C",
                                default="HOLD",
                                max_length=8,
                            ),
                        ),
                        ("fee_rules", models.JSONField(blank=True, default=dict)),
                        ("bonus_first", models.BooleanField(default=False)),
                        ("licences", models.JSONField(blank=True, default=dict)),
                        ("merchant_category", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
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
                        "verbose_name": "historical brand",
                        "verbose_name_plural": "historical brands",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalMerchantAccount",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        (
                            "breaker_window_seconds",
                            models.PositiveIntegerField(
                                default=60,
                                validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(3600)],
                            ),
                        ),
                        (
                            "breaker_min_calls",
                            models.PositiveIntegerField(
                                default=10,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "breaker_failure_percent",
                            models.PositiveIntegerField(
                                default=50,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                            ),
                        ),
                        (
                            "breaker_open_seconds",
                            models.PositiveIntegerField(
                                default=15,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3600)],
                            ),
                        ),
                        (
                            "breaker_probes",
                            models.PositiveIntegerField(
                                default=3,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                            ),
                        ),
                        (
                            "rate_per_second",
                            models.PositiveIntegerField(
                                default=200,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "rate_burst",
                            models.PositiveIntegerField(
                                default=400,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "lookups_per_minute",
                            models.PositiveIntegerField(
                                default=60,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "breaker_forced",
                            cashier.models.fields.CodeField(
                                blank=True, choices=[("open", "open"), ("closed", "closed")], db_collation="C", max_length=8
                            ),
                        ),
                        ("breaker_forced_until", models.DateTimeField(blank=True, null=True)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("provider", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("regions", models.JSONField(default=list)),
                        ("currencies", models.JSONField(default=list)),
                        ("methods", models.JSONField(default=list)),
                        ("licences", models.JSONField(blank=True, default=list)),
                        ("merchant_category", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
                        ("secret_ref", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=120)),
                        ("base_url", models.CharField(max_length=300)),
                        ("timeout_seconds", models.PositiveSmallIntegerField(default=10)),
                        ("concurrency", models.PositiveSmallIntegerField(default=8)),
                        ("report_zone", models.CharField(default="UTC", max_length=64)),
                        (
                            "payout_funding",
                            cashier.models.fields.CodeField(
                                choices=[("settlement", "Settlement"), ("prefund", "Prefund"), ("bank", "Bank")],
                                db_collation="C",
                                default="settlement",
                                max_length=16,
                            ),
                        ),
                        ("fee_schedule", models.JSONField(default=dict)),
                        ("contract", models.JSONField(blank=True, default=dict)),
                        ("captures_paused", models.BooleanField(default=False)),
                        ("paused_alone", models.BooleanField(default=False)),
                        ("is_active", models.BooleanField(default=True)),
                        ("rank", models.PositiveSmallIntegerField(default=100)),
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
                        "verbose_name": "historical merchant account",
                        "verbose_name_plural": "historical merchant accounts",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalOutgoingEndpoint",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("url", models.CharField(max_length=500)),
                        ("brands", models.JSONField(blank=True, default=list)),
                        ("events", models.JSONField(default=list)),
                        ("secret_ref", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("is_enabled", models.BooleanField(default=True)),
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
                        "verbose_name": "historical outgoing webhook endpoint",
                        "verbose_name_plural": "historical outgoing webhook endpoints",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalProvider",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", db_index=True, max_length=64)),
                        ("captures_paused", models.BooleanField(default=False)),
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
                        "verbose_name": "historical provider",
                        "verbose_name_plural": "historical providers",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
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
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
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
                        (
                            "based_on",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="followers", to="cashier.routingrules"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version of the routing rules",
                        "verbose_name_plural": "routing rules",
                        "db_table": "cashier_routing_rules",
                        "permissions": [("propose_routing", "Can draft routing rules"), ("approve_routing", "Can approve routing rules")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "ACTIVE")), fields=("state",), name="cashier_routing_one_active"
                            )
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="OutgoingEndpoint",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("url", models.CharField(max_length=500)),
                        ("brands", models.JSONField(blank=True, default=list)),
                        ("events", models.JSONField(default=list)),
                        ("secret_ref", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("is_enabled", models.BooleanField(default=True)),
                    ],
                    options={
                        "verbose_name": "outgoing webhook endpoint",
                        "db_table": "cashier_outgoing_endpoint",
                        "permissions": [("resend_deliveries", "Can send outgoing webhooks again")],
                    },
                ),
                migrations.CreateModel(
                    name="Provider",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("captures_paused", models.BooleanField(default=False)),
                    ],
                    options={
                        "db_table": "cashier_provider",
                    },
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
                    name="WebhookRefusal",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("hour", models.DateTimeField()),
                        ("account_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("reason", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("count", models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        "db_table": "cashier_webhook_refusal",
                        "constraints": [models.UniqueConstraint(fields=("hour", "account_code", "reason"), name="cashier_refusal_bucket")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalPayerPolicy",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        (
                            "name_threshold",
                            models.PositiveSmallIntegerField(
                                default=85,
                                validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(100)],
                            ),
                        ),
                        (
                            "unknown",
                            cashier.models.fields.CodeField(
                                choices=[("HOLD", "hold for a person"), ("LET", "credit")], db_collation="C", default="HOLD", max_length=8
                            ),
                        ),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "brand",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.brand",
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
                        "verbose_name": "historical payer policy",
                        "verbose_name_plural": "historical payer policies",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalPayoutPolicy",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("review_above_minor", ledger.models.base.MinorUnitsField()),
                        ("review_week_above_minor", ledger.models.base.MinorUnitsField()),
                        ("second_review_above_minor", ledger.models.base.MinorUnitsField()),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "brand",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.brand",
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
                        "verbose_name": "historical payout policy",
                        "verbose_name_plural": "historical payout policies",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalPlayer",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("external_id", cashier.models.fields.CodeField(db_collation="C", max_length=128)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("ACTIVE", "Active"),
                                    ("SELF_EXCLUDED", "Self Excluded"),
                                    ("BLOCKED", "Blocked"),
                                    ("CLOSED", "Closed"),
                                ],
                                default="ACTIVE",
                                max_length=16,
                            ),
                        ),
                        (
                            "kyc_status",
                            cashier.models.fields.CodeField(
                                choices=[("none", "None"), ("pending", "Pending"), ("approved", "Approved"), ("rejected", "Rejected")],
                                db_collation="C",
                                default="none",
                                max_length=16,
                            ),
                        ),
                        ("kyc_level", models.PositiveSmallIntegerField(default=0)),
                        ("country", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=2)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", default="EUR", max_length=16)),
                        ("is_vip", models.BooleanField(default=False)),
                        ("limits", models.JSONField(blank=True, default=dict)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "brand",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.brand",
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
                        "verbose_name": "historical player",
                        "verbose_name_plural": "historical players",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="MerchantAccount",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "breaker_window_seconds",
                            models.PositiveIntegerField(
                                default=60,
                                validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(3600)],
                            ),
                        ),
                        (
                            "breaker_min_calls",
                            models.PositiveIntegerField(
                                default=10,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "breaker_failure_percent",
                            models.PositiveIntegerField(
                                default=50,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                            ),
                        ),
                        (
                            "breaker_open_seconds",
                            models.PositiveIntegerField(
                                default=15,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3600)],
                            ),
                        ),
                        (
                            "breaker_probes",
                            models.PositiveIntegerField(
                                default=3,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)],
                            ),
                        ),
                        (
                            "rate_per_second",
                            models.PositiveIntegerField(
                                default=200,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "rate_burst",
                            models.PositiveIntegerField(
                                default=400,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "lookups_per_minute",
                            models.PositiveIntegerField(
                                default=60,
                                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)],
                            ),
                        ),
                        (
                            "breaker_forced",
                            cashier.models.fields.CodeField(
                                blank=True, choices=[("open", "open"), ("closed", "closed")], db_collation="C", max_length=8
                            ),
                        ),
                        ("breaker_forced_until", models.DateTimeField(blank=True, null=True)),
                        ("code", cashier.models.fields.CodeField(db_collation="C", max_length=64, unique=True)),
                        ("provider", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("name", models.CharField(blank=True, max_length=120)),
                        ("regions", models.JSONField(default=list)),
                        ("currencies", models.JSONField(default=list)),
                        ("methods", models.JSONField(default=list)),
                        ("licences", models.JSONField(blank=True, default=list)),
                        ("merchant_category", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
                        ("secret_ref", cashier.models.fields.CodeField(db_collation="C", max_length=120, unique=True)),
                        ("base_url", models.CharField(max_length=300)),
                        ("timeout_seconds", models.PositiveSmallIntegerField(default=10)),
                        ("concurrency", models.PositiveSmallIntegerField(default=8)),
                        ("report_zone", models.CharField(default="UTC", max_length=64)),
                        (
                            "payout_funding",
                            cashier.models.fields.CodeField(
                                choices=[("settlement", "Settlement"), ("prefund", "Prefund"), ("bank", "Bank")],
                                db_collation="C",
                                default="settlement",
                                max_length=16,
                            ),
                        ),
                        ("fee_schedule", models.JSONField(default=dict)),
                        ("contract", models.JSONField(blank=True, default=dict)),
                        ("captures_paused", models.BooleanField(default=False)),
                        ("paused_alone", models.BooleanField(default=False)),
                        ("is_active", models.BooleanField(default=True)),
                        ("rank", models.PositiveSmallIntegerField(default=100)),
                        ("brands", models.ManyToManyField(related_name="merchant_accounts", to="cashier.brand")),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="merchant_accounts", to="ledger.legalentity"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_merchant_account",
                        "permissions": [
                            ("pause_captures", "Can pause and resume captures"),
                            ("force_breaker", "Can hold a circuit open or closed"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="PayerPolicy",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "name_threshold",
                            models.PositiveSmallIntegerField(
                                default=85,
                                validators=[django.core.validators.MinValueValidator(50), django.core.validators.MaxValueValidator(100)],
                            ),
                        ),
                        (
                            "unknown",
                            cashier.models.fields.CodeField(
                                choices=[("HOLD", "hold for a person"), ("LET", "credit")], db_collation="C", default="HOLD", max_length=8
                            ),
                        ),
                        (
                            "brand",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="payer_policy", to="cashier.brand"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "payer policy",
                        "verbose_name_plural": "payer policies",
                        "db_table": "cashier_payer_policy",
                    },
                ),
                migrations.CreateModel(
                    name="PayoutPolicy",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("review_above_minor", ledger.models.base.MinorUnitsField()),
                        ("review_week_above_minor", ledger.models.base.MinorUnitsField()),
                        ("second_review_above_minor", ledger.models.base.MinorUnitsField()),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        (
                            "brand",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="payout_policies", to="cashier.brand"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "payout policies",
                        "constraints": [models.UniqueConstraint(fields=("brand", "currency"), name="cashier_payout_policy_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Player",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("external_id", cashier.models.fields.CodeField(db_collation="C", max_length=128)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("ACTIVE", "Active"),
                                    ("SELF_EXCLUDED", "Self Excluded"),
                                    ("BLOCKED", "Blocked"),
                                    ("CLOSED", "Closed"),
                                ],
                                default="ACTIVE",
                                max_length=16,
                            ),
                        ),
                        (
                            "kyc_status",
                            cashier.models.fields.CodeField(
                                choices=[("none", "None"), ("pending", "Pending"), ("approved", "Approved"), ("rejected", "Rejected")],
                                db_collation="C",
                                default="none",
                                max_length=16,
                            ),
                        ),
                        ("kyc_level", models.PositiveSmallIntegerField(default=0)),
                        ("country", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=2)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", default="EUR", max_length=16)),
                        ("is_vip", models.BooleanField(default=False)),
                        ("limits", models.JSONField(blank=True, default=dict)),
                        (
                            "brand",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="players", to="cashier.brand"),
                        ),
                    ],
                    options={
                        "permissions": [("propose_limit", "Can ask to raise a player's limit"), ("approve_limit", "Can approve it")],
                        "constraints": [models.UniqueConstraint(fields=("brand", "external_id"), name="cashier_player_once_per_brand")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
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
                        (
                            "based_on",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.routingrules",
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
                        "verbose_name": "historical version of the routing rules",
                        "verbose_name_plural": "historical routing rules",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
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
                        ("total", models.PositiveBigIntegerField(default=0)),
                        ("done", models.PositiveBigIntegerField(default=0)),
                        ("result", models.JSONField(default=dict)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("asked_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("asked_at", models.DateTimeField()),
                        ("lease_until", models.DateTimeField(null=True)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "rules",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="trials", to="cashier.routingrules"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "dry run of routing rules",
                        "verbose_name_plural": "dry runs of routing rules",
                        "db_table": "cashier_routing_trial",
                        "indexes": [models.Index(fields=["rules", "-asked_at"], name="cashier_trial_by_rules")],
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
                        (
                            "rules",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="cashier.routingrules"),
                        ),
                    ],
                    options={
                        "verbose_name": "stop of a split test",
                        "verbose_name_plural": "stops of split tests",
                        "db_table": "cashier_split_stop",
                        "db_table_comment": "append-only",
                        "constraints": [models.UniqueConstraint(fields=("rules", "split"), name="cashier_split_stop_once")],
                    },
                ),
                migrations.CreateModel(
                    name="OutgoingDelivery",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("position", models.BigIntegerField()),
                        ("aggregate", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        (
                            "state",
                            cashier.models.fields.CodeField(
                                choices=[("WAITING", "Waiting"), ("DELIVERED", "Delivered"), ("FAILED", "given up")],
                                db_collation="C",
                                default="WAITING",
                                max_length=12,
                            ),
                        ),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_try_at", models.DateTimeField(null=True)),
                        ("give_up_at", models.DateTimeField(null=True)),
                        ("sending_until", models.DateTimeField(null=True)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("resends", models.PositiveIntegerField(default=0)),
                        ("made_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "endpoint",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="cashier.outgoingendpoint"
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.domainevent"),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "outgoing deliveries",
                        "db_table": "cashier_outgoing_delivery",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "WAITING")), fields=["endpoint", "next_try_at"], name="cashier_delivery_due"
                            ),
                            models.Index(
                                condition=models.Q(("state", "WAITING")),
                                fields=["endpoint", "aggregate", "position"],
                                name="cashier_delivery_order",
                            ),
                            models.Index(fields=["endpoint", "state", "-id"], name="cashier_delivery_list"),
                            models.Index(fields=["state", "-id"], name="cashier_delivery_states"),
                            models.Index(fields=["aggregate"], name="cashier_delivery_of"),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("endpoint", "event"), name="cashier_delivery_once")],
                    },
                ),
                migrations.CreateModel(
                    name="BreakerChange",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "from_state",
                            cashier.models.fields.CodeField(
                                choices=[("closed", "Closed"), ("open", "Open"), ("half_open", "Half Open")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "to_state",
                            cashier.models.fields.CodeField(
                                choices=[("closed", "Closed"), ("open", "Open"), ("half_open", "Half Open")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        (
                            "cause",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("failures", "Failures"),
                                    ("cooled", "Cooled"),
                                    ("probe_failed", "Probe Failed"),
                                    ("probes_answered", "Probes Answered"),
                                    ("forced_open", "Forced Open"),
                                    ("forced_closed", "Forced Closed"),
                                    ("let_go", "Let Go"),
                                ],
                                db_collation="C",
                                max_length=24,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("until", models.DateTimeField(null=True)),
                        ("calls", models.PositiveIntegerField(default=0)),
                        ("failures", models.PositiveIntegerField(default=0)),
                        ("is_alone", models.BooleanField(default=False)),
                        ("actor_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("actor_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("reason", models.TextField(blank=True)),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="breaker_changes", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_breaker_change",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["merchant_account", "-at"], name="cashier_breaker_by_account")],
                    },
                ),
                migrations.CreateModel(
                    name="EventPull",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[("deposit", "Deposit"), ("capture", "Capture"), ("refund", "Refund"), ("payout", "Payout")],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        ("object_id", models.UUIDField()),
                        ("asked_at", models.DateTimeField(null=True)),
                        ("next_ask_at", models.DateTimeField()),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("pulled", models.PositiveIntegerField(default=0)),
                        (
                            "merchant_account",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cashier.merchantaccount"),
                        ),
                    ],
                    options={
                        "verbose_name": "pull of an event",
                        "verbose_name_plural": "pulls of events",
                        "db_table": "cashier_event_pull",
                        "indexes": [models.Index(fields=["next_ask_at"], name="cashier_pull_due")],
                        "constraints": [models.UniqueConstraint(fields=("kind", "object_id"), name="cashier_pull_once")],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalSettlementRoute",
                    fields=[
                        ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("payer_name", models.CharField(blank=True, max_length=140)),
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
                        "verbose_name": "historical settlement route",
                        "verbose_name_plural": "historical settlement routes",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PspEvent",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("via", cashier.models.fields.CodeField(db_collation="C", default="canonical", max_length=16)),
                        ("provider_event_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("identity_key", cashier.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("object_key", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=320)),
                        ("event", cashier.models.fields.CodeField(db_collation="C", max_length=48)),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("intent_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("capture_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("refund_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("payout_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("dispute_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("movement", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("own_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        ("amount_minor", ledger.models.base.MinorUnitsField(null=True)),
                        ("currency", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("occurred_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("body_sha256", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("raw_body", models.TextField()),
                        ("trace_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=128)),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="events", to="cashier.merchantaccount"
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="told", to="cashier.pspevent"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_psp_event",
                        "db_table_comment": "append-only",
                        "permissions": [("replay_events", "Can replay dead events")],
                        "indexes": [
                            models.Index(fields=["intent_ref"], name="cashier_event_intent"),
                            models.Index(fields=["-received_at"], name="cashier_event_received"),
                            models.Index(fields=["merchant_account", "-received_at"], name="cashier_event_by_account"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("merchant_account", "identity_key"), name="cashier_event_identity"),
                            models.UniqueConstraint(
                                condition=models.Q(("object_key", ""), _negated=True),
                                fields=("merchant_account", "object_key"),
                                name="cashier_event_object",
                            ),
                        ],
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
                        (
                            "merchant_account",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cashier.merchantaccount"),
                        ),
                    ],
                    options={
                        "verbose_name": "learned fee",
                        "verbose_name_plural": "learned fees",
                        "db_table": "cashier_routing_fee",
                        "constraints": [
                            models.UniqueConstraint(fields=("merchant_account", "method", "currency"), name="cashier_routing_fee_once")
                        ],
                    },
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
                        (
                            "merchant_account",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cashier.merchantaccount"),
                        ),
                    ],
                    options={
                        "verbose_name": "tally of routing",
                        "verbose_name_plural": "tallies of routing",
                        "db_table": "cashier_routing_tally",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("merchant_account", "hour", "method", "currency", "scheme"),
                                include=("tries", "successes"),
                                name="cashier_routing_tally_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SettlementRoute",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("payer_name", models.CharField(blank=True, max_length=140)),
                        (
                            "bank_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="settlement_routes", to="cashier.bankaccount"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="settlement_routes", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_settlement_route",
                        "constraints": [
                            models.UniqueConstraint(fields=("merchant_account", "currency"), name="cashier_route_once_per_currency")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookNonce",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("nonce", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("body_sha256", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("used_at", models.DateTimeField()),
                        (
                            "merchant_account",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cashier.merchantaccount"),
                        ),
                    ],
                    options={
                        "db_table": "cashier_webhook_nonce",
                        "indexes": [models.Index(fields=["used_at"], name="cashier_nonce_age")],
                        "constraints": [models.UniqueConstraint(fields=("merchant_account", "nonce"), name="cashier_nonce_once")],
                    },
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
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bonuses", to="ledger.legalentity"),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bonuses", to="cashier.player"),
                        ),
                    ],
                    options={
                        "verbose_name_plural": "bonuses",
                        "permissions": [("propose_bonus", "Can propose bonuses by hand"), ("approve_bonus", "Can approve bonuses by hand")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "ACTIVE")), fields=["player", "currency"], name="cashier_bonus_active"
                            ),
                            models.Index(condition=models.Q(("state", "ACTIVE")), fields=["expires_at"], name="cashier_bonus_due"),
                            models.Index(
                                condition=models.Q(("deposit_ref", ""), _negated=True), fields=["deposit_ref"], name="cashier_bonus_deposit"
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("balance_minor__gte", 0)), name="cashier_bonus_not_below_zero"),
                            models.CheckConstraint(condition=models.Q(("spins_used__lte", models.F("spins"))), name="cashier_bonus_spins"),
                            models.CheckConstraint(
                                condition=models.Q(("state", "ACTIVE"), ("balance_minor", 0), _connector="OR"),
                                name="cashier_bonus_ended_empty",
                            ),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="DepositIntent",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("region", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("method", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("gross_minor", ledger.models.base.MinorUnitsField()),
                        (
                            "fee_model",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("operator", "Operator"),
                                    ("player_on_top", "Player On Top"),
                                    ("player_taken_off", "Player Taken Off"),
                                ],
                                db_collation="C",
                                default="operator",
                                max_length=20,
                            ),
                        ),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("metadata", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("INITIATED", "Initiated"),
                                    ("ACTION_REQUIRED", "Action Required"),
                                    ("AUTHORIZED", "Authorized"),
                                    ("PENDING", "Pending"),
                                    ("CAPTURED", "Captured"),
                                    ("FAILED", "Failed"),
                                    ("EXPIRED", "Expired"),
                                    ("CANCELED", "Canceled"),
                                    ("VOIDED", "Voided"),
                                ],
                                default="INITIATED",
                                max_length=16,
                            ),
                        ),
                        ("capture_mode", cashier.models.fields.CodeField(db_collation="C", default="manual", max_length=8)),
                        ("authorised_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("pending_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("captured_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("refunded_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("disputed_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("authorised_until", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField()),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("decline_retry", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("action", models.JSONField(null=True)),
                        ("return_url", models.CharField(blank=True, max_length=500)),
                        ("gates", models.JSONField(default=list)),
                        ("next_check_at", models.DateTimeField(null=True)),
                        (
                            "brand",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deposits", to="cashier.brand"),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="deposits", to="ledger.legalentity"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deposits",
                                to="cashier.merchantaccount",
                            ),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deposits", to="cashier.player"),
                        ),
                    ],
                    options={
                        "db_table": "cashier_deposit_intent",
                        "indexes": [
                            models.Index(fields=["player", "-created_at"], name="cashier_deposit_by_player"),
                            models.Index(
                                condition=models.Q(("state__in", ("INITIATED", "ACTION_REQUIRED", "AUTHORIZED", "PENDING"))),
                                fields=["expires_at"],
                                name="cashier_deposit_open",
                            ),
                            models.Index(fields=["brand", "-created_at"], name="cashier_deposit_by_brand"),
                            models.Index(
                                condition=models.Q(("authorised_minor__gt", models.F("captured_minor")), ("state", "CAPTURED")),
                                fields=["authorised_until"],
                                name="cashier_deposit_rest",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount_minor__gt", 0), ("gross_minor__gt", 0)), name="cashier_deposit_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("player_fee_minor__gte", 0)), name="cashier_deposit_fee_not_negative"
                            ),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="GameRound",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("round_id", cashier.models.fields.CodeField(db_collation="C", max_length=128)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("state", models.CharField(choices=[("OPEN", "Open"), ("ENDED", "Ended")], default="OPEN", max_length=8)),
                        ("meta", models.JSONField(default=dict)),
                        ("inputs_sha256", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="ledger.legalentity"),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rounds", to="cashier.player"),
                        ),
                    ],
                    options={
                        "db_table": "cashier_game_round",
                        "indexes": [models.Index(fields=["player", "-created_at"], name="cashier_round_by_player")],
                        "constraints": [models.UniqueConstraint(fields=("client_id", "round_id"), name="cashier_round_once")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
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
                migrations.CreateModel(
                    name="HistoricalDepositIntent",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("region", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("method", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("gross_minor", ledger.models.base.MinorUnitsField()),
                        (
                            "fee_model",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("operator", "Operator"),
                                    ("player_on_top", "Player On Top"),
                                    ("player_taken_off", "Player Taken Off"),
                                ],
                                db_collation="C",
                                default="operator",
                                max_length=20,
                            ),
                        ),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("metadata", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("INITIATED", "Initiated"),
                                    ("ACTION_REQUIRED", "Action Required"),
                                    ("AUTHORIZED", "Authorized"),
                                    ("PENDING", "Pending"),
                                    ("CAPTURED", "Captured"),
                                    ("FAILED", "Failed"),
                                    ("EXPIRED", "Expired"),
                                    ("CANCELED", "Canceled"),
                                    ("VOIDED", "Voided"),
                                ],
                                default="INITIATED",
                                max_length=16,
                            ),
                        ),
                        ("capture_mode", cashier.models.fields.CodeField(db_collation="C", default="manual", max_length=8)),
                        ("authorised_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("pending_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("captured_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("refunded_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("disputed_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("authorised_until", models.DateTimeField(null=True)),
                        ("expires_at", models.DateTimeField()),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("decline_retry", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("action", models.JSONField(null=True)),
                        ("return_url", models.CharField(blank=True, max_length=500)),
                        ("gates", models.JSONField(default=list)),
                        ("next_check_at", models.DateTimeField(null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "brand",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.brand",
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
                        "verbose_name": "historical deposit intent",
                        "verbose_name_plural": "historical deposit intents",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalHold",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[("LATE_MONEY", "Late Money"), ("FOUND_REFUND", "Found Refund"), ("CASE", "Case")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("ref", cashier.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("HELD", "Held"), ("RELEASED", "Released"), ("TAKEN", "Taken")], default="HELD", max_length=12
                            ),
                        ),
                        ("ended_by", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
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
                        "verbose_name": "historical hold",
                        "verbose_name_plural": "historical holds",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalInstrument",
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
                        ("method", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("token", cashier.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("masked", models.CharField(blank=True, max_length=80)),
                        (
                            "state",
                            models.CharField(
                                choices=[("UNVERIFIED", "Unverified"), ("VERIFIED", "Verified"), ("BLOCKED", "Blocked")],
                                default="UNVERIFIED",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("verified_at", models.DateTimeField(null=True)),
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
                        "verbose_name": "historical instrument",
                        "verbose_name_plural": "historical instruments",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[("LATE_MONEY", "Late Money"), ("FOUND_REFUND", "Found Refund"), ("CASE", "Case")],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("ref", cashier.models.fields.CodeField(db_collation="C", max_length=120)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("HELD", "Held"), ("RELEASED", "Released"), ("TAKEN", "Taken")], default="HELD", max_length=12
                            ),
                        ),
                        ("ended_by", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=120)),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="ledger.legalentity"),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="cashier.player"),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(condition=models.Q(("state", "HELD")), fields=["player", "currency"], name="cashier_hold_open")
                        ],
                        "constraints": [models.UniqueConstraint(fields=("kind", "ref"), name="cashier_hold_once")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="Instrument",
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
                        ("method", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("token", cashier.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("masked", models.CharField(blank=True, max_length=80)),
                        (
                            "state",
                            models.CharField(
                                choices=[("UNVERIFIED", "Unverified"), ("VERIFIED", "Verified"), ("BLOCKED", "Blocked")],
                                default="UNVERIFIED",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("verified_at", models.DateTimeField(null=True)),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="instruments",
                                to="cashier.merchantaccount",
                            ),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="instruments", to="cashier.player"),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="cashier_instrument_due",
                            )
                        ],
                        "constraints": [models.UniqueConstraint(fields=("player", "token"), name="cashier_instrument_once_per_player")],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="PlayerIdentity",
                    fields=[
                        ("wrapped_key", models.BinaryField()),
                        ("ciphertext", models.BinaryField()),
                        ("email_hash", cashier.models.fields.CodeField(blank=True, db_collation="C", db_index=True, max_length=64)),
                        ("updated_at", models.DateTimeField()),
                        (
                            "player",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="identity",
                                serialize=False,
                                to="cashier.player",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_player_identity",
                    },
                ),
                migrations.CreateModel(
                    name="OutgoingAttempt",
                    fields=[
                        ("id", models.BigAutoField(primary_key=True, serialize=False)),
                        ("number", models.PositiveIntegerField()),
                        ("tried_at", models.DateTimeField()),
                        ("duration_ms", models.PositiveIntegerField()),
                        ("status", models.PositiveSmallIntegerField(null=True)),
                        ("error", models.CharField(blank=True, max_length=300)),
                        ("answer", models.CharField(blank=True, max_length=500)),
                        (
                            "delivery",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="cashier.outgoingdelivery"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_outgoing_attempt",
                        "db_table_comment": "append-only",
                        "indexes": [models.Index(fields=["delivery", "id"], name="cashier_attempt_of_delivery")],
                    },
                ),
                migrations.CreateModel(
                    name="PspEventWork",
                    fields=[
                        (
                            "state",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("RECEIVED", "Received"),
                                    ("WAITING", "waiting for its intent"),
                                    ("APPLIED", "Applied"),
                                    ("IGNORED", "recorded, no effect"),
                                    ("DEAD", "dead letter"),
                                ],
                                db_collation="C",
                                default="RECEIVED",
                                max_length=12,
                            ),
                        ),
                        ("tries", models.PositiveIntegerField(default=0)),
                        ("next_try_at", models.DateTimeField(null=True)),
                        ("error", models.TextField(blank=True)),
                        ("outcome", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("applied_at", models.DateTimeField(null=True)),
                        ("replays", models.PositiveIntegerField(default=0)),
                        ("is_outage", models.BooleanField(default=False)),
                        ("log", models.JSONField(default=list)),
                        (
                            "event",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="work",
                                serialize=False,
                                to="cashier.pspevent",
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_psp_event_work",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["RECEIVED", "WAITING"])), fields=["next_try_at"], name="cashier_event_due"
                            ),
                            models.Index(condition=models.Q(("state", "DEAD")), fields=["state"], name="cashier_event_dead"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RoundMove",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        (
                            "kind",
                            cashier.models.fields.CodeField(
                                choices=[("DEBIT", "Debit"), ("CREDIT", "Credit"), ("ROLLBACK", "Rollback"), ("REFUSAL", "Refusal")],
                                db_collation="C",
                                max_length=8,
                            ),
                        ),
                        ("txn_ref", cashier.models.fields.CodeField(db_collation="C", max_length=128)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("playable_minor", ledger.models.base.MinorUnitsField()),
                        ("bonus_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("transaction_id", models.UUIDField(null=True)),
                        ("created_at", models.DateTimeField()),
                        (
                            "of",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="cashier.roundmove"
                            ),
                        ),
                        (
                            "round",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="moves", to="cashier.gameround"),
                        ),
                    ],
                    options={
                        "db_table": "cashier_round_move",
                        "db_table_comment": "append-only",
                        "constraints": [models.UniqueConstraint(fields=("client_id", "kind", "txn_ref"), name="cashier_move_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Attempt",
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
                        ("number", models.PositiveSmallIntegerField()),
                        ("payment_token", cashier.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("capture_mode", cashier.models.fields.CodeField(db_collation="C", max_length=8)),
                        ("device", models.JSONField(default=dict)),
                        ("card", models.JSONField(default=dict)),
                        ("card_key", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("risk_band", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("has_challenge", models.BooleanField(default=False)),
                        ("advice", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
                        (
                            "payer",
                            cashier.models.fields.CodeField(
                                blank=True,
                                choices=[
                                    ("same", "the player"),
                                    ("let", "not compared, let pass by policy"),
                                    ("held", "held for a person"),
                                    ("accepted", "accepted by a person"),
                                    ("refused", "refused by a person"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("outcome", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("decline_retry", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("eci", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=4)),
                        ("cavv", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("ds_trans_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("three_ds_version", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("avs", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=4)),
                        ("cvv", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=4)),
                        ("answer", models.JSONField(default=dict)),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "instrument",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="cashier.instrument"
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="cashier.depositintent"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="cashier_attempt_due",
                            ),
                            models.Index(fields=["merchant_account", "psp_ref"], name="cashier_attempt_psp_ref"),
                            models.Index(
                                condition=models.Q(("card_key", ""), _negated=True),
                                fields=["card_key", "created_at"],
                                name="cashier_attempt_by_card",
                            ),
                            models.Index(fields=["created_at"], include=("merchant_account", "outcome"), name="cashier_attempt_by_time"),
                            models.Index(
                                fields=["sent_at"],
                                include=("merchant_account", "answered_at", "outcome", "decline_code"),
                                name="cashier_attempt_sent",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("intent", "number"), name="cashier_attempt_number"),
                            models.UniqueConstraint(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=("intent",),
                                name="cashier_one_open_attempt",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalAttempt",
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
                        ("number", models.PositiveSmallIntegerField()),
                        ("payment_token", cashier.models.fields.CodeField(db_collation="C", max_length=200)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("capture_mode", cashier.models.fields.CodeField(db_collation="C", max_length=8)),
                        ("device", models.JSONField(default=dict)),
                        ("card", models.JSONField(default=dict)),
                        ("card_key", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("risk_band", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("has_challenge", models.BooleanField(default=False)),
                        ("advice", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=8)),
                        (
                            "payer",
                            cashier.models.fields.CodeField(
                                blank=True,
                                choices=[
                                    ("same", "the player"),
                                    ("let", "not compared, let pass by policy"),
                                    ("held", "held for a person"),
                                    ("accepted", "accepted by a person"),
                                    ("refused", "refused by a person"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("outcome", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("decline_retry", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("eci", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=4)),
                        ("cavv", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("ds_trans_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("three_ds_version", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("avs", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=4)),
                        ("cvv", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=4)),
                        ("answer", models.JSONField(default=dict)),
                        ("ended_at", models.DateTimeField(null=True)),
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
                            "instrument",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.instrument",
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.depositintent",
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
                        "verbose_name": "historical attempt",
                        "verbose_name_plural": "historical attempts",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PayoutIntent",
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
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("group_id", models.UUIDField(null=True)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("fee_model", cashier.models.fields.CodeField(db_collation="C", default="operator", max_length=20)),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("metadata", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("REQUESTED", "Requested"),
                                    ("UNDER_REVIEW", "Under Review"),
                                    ("APPROVED", "Approved"),
                                    ("SUBMITTED", "Submitted"),
                                    ("SETTLED", "Settled"),
                                    ("REJECTED", "Rejected"),
                                    ("CANCELED", "Canceled"),
                                    ("FAILED", "Failed"),
                                    ("RETURNED", "Returned"),
                                ],
                                default="REQUESTED",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("gates", models.JSONField(default=list)),
                        ("approval_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "brand",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="cashier.brand"),
                        ),
                        (
                            "entity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="ledger.legalentity"),
                        ),
                        (
                            "instrument",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="cashier.instrument"),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="cashier.merchantaccount"
                            ),
                        ),
                        (
                            "player",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="cashier.player"),
                        ),
                        (
                            "retries",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="retried_by", to="cashier.payoutintent"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_payout_intent",
                        "permissions": [("approve_payout", "Can approve payouts")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="cashier_payout_due",
                            ),
                            models.Index(fields=["player", "-created_at"], name="cashier_payout_by_player"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("psp_ref", ""), _negated=True),
                                fields=("merchant_account", "psp_ref"),
                                name="cashier_payout_psp_ref",
                            ),
                            models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="cashier_payout_positive"),
                        ],
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
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="bonus_moves", to="cashier.roundmove"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_bonus_move",
                        "db_table_comment": "append-only",
                        "constraints": [models.UniqueConstraint(fields=("bonus", "move"), name="cashier_bonus_move_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Capture",
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
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("SUBMITTED", "Submitted"),
                                    ("SUCCEEDED", "Succeeded"),
                                    ("REFUSED", "Refused"),
                                    ("FAILED_LATE", "Failed Late"),
                                    ("RETURNED", "Returned"),
                                ],
                                default="SUBMITTED",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("is_seen", models.BooleanField(default=False)),
                        ("is_late", models.BooleanField(default=False)),
                        ("refunded_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("refunding_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("disputed_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("captured_at", models.DateTimeField(null=True)),
                        (
                            "attempt",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="captures", to="cashier.attempt"),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="captures", to="cashier.depositintent"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="captures", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="cashier_capture_due",
                            ),
                            models.Index(fields=["merchant_account", "captured_at"], name="cashier_capture_by_account"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("psp_ref", ""), _negated=True),
                                fields=("merchant_account", "psp_ref"),
                                name="cashier_capture_psp_ref",
                            ),
                            models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="cashier_capture_positive"),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalCapture",
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
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("SUBMITTED", "Submitted"),
                                    ("SUCCEEDED", "Succeeded"),
                                    ("REFUSED", "Refused"),
                                    ("FAILED_LATE", "Failed Late"),
                                    ("RETURNED", "Returned"),
                                ],
                                default="SUBMITTED",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("is_seen", models.BooleanField(default=False)),
                        ("is_late", models.BooleanField(default=False)),
                        ("refunded_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("refunding_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("disputed_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("captured_at", models.DateTimeField(null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "attempt",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.attempt",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.depositintent",
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
                        "verbose_name": "historical capture",
                        "verbose_name_plural": "historical captures",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalVoid",
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
                            "outcome",
                            cashier.models.fields.CodeField(
                                blank=True, choices=[("VOIDED", "Voided"), ("REFUSED", "Refused")], db_collation="C", max_length=8
                            ),
                        ),
                        ("reason", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("asked_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "attempt",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.attempt",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.depositintent",
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
                        "verbose_name": "historical void",
                        "verbose_name_plural": "historical voids",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="PayerCheck",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "state",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("same", "the player"),
                                    ("let", "not compared, let pass by policy"),
                                    ("held", "held for a person"),
                                    ("accepted", "accepted by a person"),
                                    ("refused", "refused by a person"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("reason", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("score", models.PositiveSmallIntegerField(null=True)),
                        ("threshold", models.PositiveSmallIntegerField()),
                        ("rule", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("payer_hash", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("sealed", models.BinaryField()),
                        ("actor_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("actor_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("note", models.TextField(blank=True)),
                        ("checked_at", models.DateTimeField()),
                        (
                            "attempt",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payer_checks", to="cashier.attempt"
                            ),
                        ),
                        (
                            "instrument",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payer_checks", to="cashier.instrument"
                            ),
                        ),
                        (
                            "player",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="payer_checks", to="cashier.player"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "check of a payer",
                        "verbose_name_plural": "checks of payers",
                        "db_table": "cashier_payer_check",
                        "db_table_comment": "append-only",
                        "permissions": [("show_payer", "Can see who paid")],
                        "indexes": [
                            models.Index(fields=["player", "payer_hash"], name="cashier_payer_by_player"),
                            models.Index(fields=["payer_hash"], name="cashier_payer_by_hash"),
                        ],
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
                        (
                            "attempt",
                            models.OneToOneField(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="cashier.attempt"
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="routing_decisions", to="cashier.depositintent"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "db_table": "cashier_routing_decision",
                        "db_table_comment": "append-only",
                        "indexes": [
                            models.Index(fields=["intent", "decided_at"], name="cashier_routing_by_intent"),
                            models.Index(fields=["-decided_at"], name="cashier_routing_by_time"),
                            models.Index(
                                condition=models.Q(("split", ""), _negated=True),
                                fields=["split", "decided_at"],
                                name="cashier_routing_by_split",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Void",
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
                            "outcome",
                            cashier.models.fields.CodeField(
                                blank=True, choices=[("VOIDED", "Voided"), ("REFUSED", "Refused")], db_collation="C", max_length=8
                            ),
                        ),
                        ("reason", cashier.models.fields.CodeField(db_collation="C", max_length=32)),
                        ("asked_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("asked_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        (
                            "attempt",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="voids", to="cashier.attempt"),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="voids", to="cashier.depositintent"
                            ),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="voids", to="cashier.merchantaccount"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="cashier_void_due",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FrozenChecks",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        (
                            "moment",
                            cashier.models.fields.CodeField(
                                choices=[
                                    ("authorize", "Authorize"),
                                    ("cascade", "Cascade"),
                                    ("step_up", "Step Up"),
                                    ("capture", "Capture"),
                                    ("request", "Request"),
                                    ("approval", "Approval"),
                                    ("submission", "Submission"),
                                ],
                                db_collation="C",
                                max_length=16,
                            ),
                        ),
                        ("facts", models.JSONField()),
                        ("digest", cashier.models.fields.CodeField(db_collation="C", max_length=64)),
                        ("frozen_at", models.DateTimeField()),
                        (
                            "intent",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="frozen_checks",
                                to="cashier.depositintent",
                            ),
                        ),
                        (
                            "payout",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="frozen_checks",
                                to="cashier.payoutintent",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "frozen facts of a payment",
                        "verbose_name_plural": "frozen facts of payments",
                        "db_table": "cashier_frozen_checks",
                        "db_table_comment": "append-only",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("intent__isnull", False), ("payout__isnull", True)),
                                    models.Q(("intent__isnull", True), ("payout__isnull", False)),
                                    _connector="OR",
                                ),
                                name="cashier_frozen_of_one_payment",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="HistoricalPayoutIntent",
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
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("group_id", models.UUIDField(null=True)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("fee_model", cashier.models.fields.CodeField(db_collation="C", default="operator", max_length=20)),
                        ("player_fee_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("metadata", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("REQUESTED", "Requested"),
                                    ("UNDER_REVIEW", "Under Review"),
                                    ("APPROVED", "Approved"),
                                    ("SUBMITTED", "Submitted"),
                                    ("SETTLED", "Settled"),
                                    ("REJECTED", "Rejected"),
                                    ("CANCELED", "Canceled"),
                                    ("FAILED", "Failed"),
                                    ("RETURNED", "Returned"),
                                ],
                                default="REQUESTED",
                                max_length=16,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("gates", models.JSONField(default=list)),
                        ("approval_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("settled_at", models.DateTimeField(null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "brand",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.brand",
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
                            "instrument",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.instrument",
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
                        (
                            "retries",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.payoutintent",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical payout intent",
                        "verbose_name_plural": "historical payout intents",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="Refund",
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
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("refund_id", cashier.models.fields.CodeField(db_collation="C", max_length=128)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("fee_returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        (
                            "source",
                            cashier.models.fields.CodeField(
                                choices=[("playable", "Playable"), ("late", "Late"), ("house", "House"), ("found", "Found")],
                                db_collation="C",
                                default="playable",
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("REFUND_SUBMITTED", "Refund Submitted"),
                                    ("REFUND_PENDING", "Refund Pending"),
                                    ("REFUND_PROCESSED", "Refund Processed"),
                                    ("REFUND_REVERSED", "Refund Reversed"),
                                    ("REFUND_FAILED", "Refund Failed"),
                                ],
                                default="REFUND_SUBMITTED",
                                max_length=20,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("requested_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("requested_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("processed_at", models.DateTimeField(null=True)),
                        (
                            "capture",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="cashier.capture"),
                        ),
                        (
                            "merchant_account",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="cashier.merchantaccount"
                            ),
                        ),
                        (
                            "retries",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="retried_by", to="cashier.refund"
                            ),
                        ),
                    ],
                    options={
                        "permissions": [("refund_capture", "Can refund captures by hand")],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("call_state__in", ("READY", "SENT", "UNKNOWN"))),
                                fields=["next_try_at"],
                                name="cashier_refund_due",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("client_id", "refund_id"), name="cashier_refund_id_per_client"),
                            models.UniqueConstraint(
                                condition=models.Q(("psp_ref", ""), _negated=True),
                                fields=("merchant_account", "psp_ref"),
                                name="cashier_refund_psp_ref",
                            ),
                            models.CheckConstraint(condition=models.Q(("amount_minor__gt", 0)), name="cashier_refund_positive"),
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="DepositReview",
                    fields=[
                        ("id", models.UUIDField(default=ledger.ids.new_id, editable=False, primary_key=True, serialize=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("WAITING", "Waiting"), ("ALLOWED", "Allowed"), ("REFUSED", "Refused"), ("LAPSED", "Lapsed")],
                                default="WAITING",
                                max_length=16,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("decided_by_kind", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("decided_by_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "decision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT, related_name="review", to="cashier.routingdecision"
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="cashier.depositintent"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "deposit held for review",
                        "verbose_name_plural": "deposits held for review",
                        "db_table": "cashier_deposit_review",
                        "permissions": [("decide_review", "Can decide on deposits held for review")],
                        "indexes": [
                            models.Index(condition=models.Q(("state", "WAITING")), fields=["created_at"], name="cashier_review_waiting")
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "WAITING")), fields=("intent",), name="cashier_review_one_open"
                            )
                        ],
                    },
                    bases=(django_fsm.FSMModelMixin, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalDepositReview",
                    fields=[
                        ("id", models.UUIDField(db_index=True, default=ledger.ids.new_id, editable=False)),
                        ("created_at", models.DateTimeField()),
                        ("updated_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("WAITING", "Waiting"), ("ALLOWED", "Allowed"), ("REFUSED", "Refused"), ("LAPSED", "Lapsed")],
                                default="WAITING",
                                max_length=16,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("decided_by_kind", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=16)),
                        ("decided_by_id", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=255)),
                        ("decided_at", models.DateTimeField(null=True)),
                        ("history_id", models.AutoField(primary_key=True, serialize=False)),
                        ("history_date", models.DateTimeField(db_index=True)),
                        ("history_change_reason", models.CharField(max_length=100, null=True)),
                        ("history_type", models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1)),
                        (
                            "decision",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.routingdecision",
                            ),
                        ),
                        (
                            "history_user",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                        (
                            "intent",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.depositintent",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical deposit held for review",
                        "verbose_name_plural": "historical deposits held for review",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name="HistoricalRefund",
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
                        ("client_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("refund_id", cashier.models.fields.CodeField(db_collation="C", max_length=128)),
                        ("amount_minor", ledger.models.base.MinorUnitsField()),
                        ("fee_returned_minor", ledger.models.base.MinorUnitsField(default=0)),
                        ("currency", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        (
                            "source",
                            cashier.models.fields.CodeField(
                                choices=[("playable", "Playable"), ("late", "Late"), ("house", "House"), ("found", "Found")],
                                db_collation="C",
                                default="playable",
                                max_length=16,
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("REFUND_SUBMITTED", "Refund Submitted"),
                                    ("REFUND_PENDING", "Refund Pending"),
                                    ("REFUND_PROCESSED", "Refund Processed"),
                                    ("REFUND_REVERSED", "Refund Reversed"),
                                    ("REFUND_FAILED", "Refund Failed"),
                                ],
                                default="REFUND_SUBMITTED",
                                max_length=20,
                            ),
                        ),
                        ("psp_ref", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=80)),
                        ("reason", models.CharField(blank=True, max_length=300)),
                        ("requested_by_kind", cashier.models.fields.CodeField(db_collation="C", max_length=16)),
                        ("requested_by_id", cashier.models.fields.CodeField(db_collation="C", max_length=255)),
                        ("decline_code", cashier.models.fields.CodeField(blank=True, db_collation="C", max_length=64)),
                        ("processed_at", models.DateTimeField(null=True)),
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
                            "retries",
                            models.ForeignKey(
                                blank=True,
                                db_constraint=False,
                                null=True,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="+",
                                to="cashier.refund",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "historical refund",
                        "verbose_name_plural": "historical refunds",
                        "ordering": ("-history_date", "-history_id"),
                        "get_latest_by": ("history_date", "history_id"),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
            ]
        ),
        migrations.AddField("apiclient", "brands", models.ManyToManyField(blank=True, related_name="api_clients", to="cashier.brand")),
    ]
