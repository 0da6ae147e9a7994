"""Settings, all read from the environment (12 factors). docs/configuration.md lists each variable.

Tables that lower floors use to reach upper ones live beside this file, one file each: posting_rules, approval_kinds,
notices, schedule, psp, formats, backoffice.
"""

import logging
import sys
from pathlib import Path

import environ

from config.local_servers.directory import local_directory
from config.settings.api import (  # noqa: F401
    ACCESS_TOKEN_KEY,
    ACCESS_TOKEN_PREVIOUS_KEYS,
    ACCESS_TOKEN_SECONDS,
    API_AUDIENCE,
    API_ISSUER,
    API_MAX_BODY_BYTES,
    IDENTITY_KEY,
    IDENTITY_PREVIOUS_KEYS,
    OAUTH2_PROVIDER,
    REST_FRAMEWORK,
    SPECTACULAR_SETTINGS,
)
from config.settings.approval_kinds import APPROVAL_KINDS  # noqa: F401
from config.settings.audit import AUDIT_ARCHIVE_DIR, AUDIT_PUBLIC_KEYS, AUDIT_SIGNER, AUDIT_SIGNING_KEY  # noqa: F401
from config.settings.backoffice import UNFOLD  # noqa: F401
from config.settings.domain_events import (  # noqa: F401
    DOMAIN_EVENTS,
    EVENT_SINKS,
    EVENT_STREAM,
    EVENT_STREAM_LENGTH,
    OUTGOING_ALLOWED_NETWORKS,
    OUTGOING_CONCURRENCY,
    OUTGOING_TIMEOUT_SECONDS,
)
from config.settings.figures import FIGURES, METRICS_TOKEN  # noqa: F401
from config.settings.formats import REPORT_FORMATS  # noqa: F401
from config.settings.logs import LOGGING  # noqa: F401
from config.settings.notices import NOTICE_HANDLERS  # noqa: F401
from config.settings.posting_rules import POSTING_RULES  # noqa: F401
from config.settings.proofs import AUDIT_CHECKS, PROOF_CHECKS  # noqa: F401
from config.settings.psp import PSP_ADAPTERS, WEBHOOK_CONNECTORS  # noqa: F401
from config.settings.schedule import CELERY_BEAT_SCHEDULE  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
SIMULATION = env.bool("SIMULATION", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- database and Redis: set by the environment, or by config/local_servers.py before Django starts ---
DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default=DATABASE_URL)
# The application's address where DATABASE_URL is the owner's: manage.py sets it for migrate, setup_roles and the like.
DATABASE_APP_URL = env.str("DATABASE_APP_URL", default=DATABASE_URL)
REDIS_URL = env.str("REDIS_URL", default="")
REDIS_PREFIX = env.str("REDIS_PREFIX", default="countroom")
DATABASES = {"default": env.db_url_config(DATABASE_URL or "postgresql://countroom_app@127.0.0.1:5432/countroom")}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "server_side_binding": True,
    "prepare_threshold": sys.maxsize,  # only what asks for it is prepared (posting); None, Django's default, would refuse even that
}
# A request waits so long for a connection, then it is answered 503. The driver's pool would wait 30 s, and ask a server that is away for
# five minutes, more and more seldom: a minute's outage would last two. A host that is gone without a word is noticed as well.
_WAIT_SECONDS = env.int("DATABASE_WAIT_SECONDS", default=3)
_OPTIONS = DATABASES["default"]["OPTIONS"]
for _name, _value in {
    "connect_timeout": _WAIT_SECONDS,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}.items():
    _OPTIONS.setdefault(_name, _value)
if env.bool("DATABASE_POOL", default=False):
    _SIZE = env.int("DATABASE_POOL_SIZE", default=8)
    _OPTIONS["pool"] = {"min_size": 1, "max_size": _SIZE, "timeout": _WAIT_SECONDS, "reconnect_timeout": _WAIT_SECONDS}
DATABASES["default"]["CONN_MAX_AGE"] = 0 if env.bool("DATABASE_POOL", default=False) else env.int("CONN_MAX_AGE", default=60)
# Where a connection is kept without a pool (workers) it is asked once per task whether it still lives: the server may have ended it.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = not env.bool("DATABASE_POOL", default=False)
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = False
# How long checkpoints and the audit sealer wait for older transactions of the server; then they leave it to their next turn.
HORIZON_SECONDS = env.float("HORIZON_SECONDS", default=2.0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "config.cache.FigureCache",
        "LOCATION": REDIS_URL or "redis://127.0.0.1:6379/0",
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

# Alerts are mailed (R13). A server that is not there is no error of ours: the alert says so, and its mail is tried again for a day.
_MAIL = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_BACKEND"], _MAIL["EMAIL_HOST"], _MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"] or "", _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = bool(_MAIL.get("EMAIL_USE_TLS")), bool(_MAIL.get("EMAIL_USE_SSL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="countroom@localhost")
# Where people reach the back office, for links in mails.
BACK_OFFICE_URL = env.str("BACK_OFFICE_URL", default=env.str("PUBLIC_URL", default="")).rstrip("/")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "config.backoffice.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "oauth2_provider",
    "simple_history",
    "import_export",
    "django_celery_beat",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    "django_structlog",
    "ledger",
    "cashier",
    "disputes",
    "reconciliation",
    "config",
]

MIDDLEWARE = [
    "config.metrics.requests.RequestFiguresMiddleware",
    "config.api.tracing.TraceIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.history.StaffHistoryMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"ops": "config.backoffice.templatetags.ops"},
        },
    }
]

# --- people: staff only; players never sign in ---
AUTH_USER_MODEL = "ledger.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 8
AXES_VERBOSE = False
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", default=3600)
SESSION_SAVE_EVERY_REQUEST = True
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# --- machine clients (A2) ---
OAUTH2_PROVIDER_APPLICATION_MODEL = "cashier.ApiClient"
AUTHORIZE_WAIT_SECONDS = env.float("AUTHORIZE_WAIT_SECONDS", default=8.0)
# An event whose worker died is taken up by another one after so long.
EVENT_LEASE_SECONDS = env.float("EVENT_LEASE_SECONDS", default=60.0)
# How long after the PSP's answer to our call its event may take, before we ask for it (W6).
EVENT_LATE_SECONDS = env.float("EVENT_LATE_SECONDS", default=3600.0 if SIMULATION else 900.0)
# A player's limit is raised this long after it was asked for, and no sooner (K5).
LIMIT_COOLING_OFF_HOURS = env.int("LIMIT_COOLING_OFF_HOURS", default=24)
WEBHOOK_MAX_BYTES = 1024 * 1024
SECRETS_DIR = env.str("SECRETS_DIR", default="")

# --- Celery: the row is the queue, a message is only the nudge ---
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
# A worker that loses its broker ends, and whoever runs it starts another one, always: of itself it ends or stays by chance (ADR 25).
CELERY_BROKER_CONNECTION_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A broker that is away is told of at once: each try of a message's sender would take seconds. One that hangs is given up.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}:", "visibility_timeout": 3600,
    "max_retries": 0, "socket_timeout": 5.0, "socket_connect_timeout": 5.0,
}  # fmt: skip
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {
    "cashier.tasks.psp.*": {"queue": "psp"},
    "cashier.tasks.webhooks.*": {"queue": "webhooks"},
    "disputes.tasks.send_answer": {"queue": "psp"},
    # Looking into places waits for networks: not in the one process that computes.
    "reconciliation.tasks.pull_source": {"queue": "default"},
    "reconciliation.tasks.pull_due_sources": {"queue": "default"},
    "reconciliation.tasks.*": {"queue": "recon"},
    "ledger.tasks.dispatch_events": {"queue": "outgoing"},
    "cashier.tasks.outgoing.*": {"queue": "outgoing"},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line per request, at its end

# --- files ---
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(local_directory("static")))
STATICFILES_DIRS = [BASE_DIR / "config" / "backoffice" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = env.str("FILES_DIR", default=str(local_directory("files")))
# Folders that files are dropped into lie below this one (docs/files.md).
DROP_DIR = env.str("DROP_DIR", default=str(local_directory("drop")))
SOURCE_FILE_MAX_BYTES = env.int("SOURCE_FILE_MAX_BYTES", default=4 * 1024**3)
SFTP_TIMEOUT_SECONDS = env.float("SFTP_TIMEOUT_SECONDS", default=20.0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# The event stream is a process of its own (config/backoffice/stream.py); without its origin pages poll.
STREAM_ORIGIN = env.str("STREAM_ORIGIN", default="")

# --- security (S7); policy C of docs/content-security-policy.md ---
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *([STREAM_ORIGIN] if STREAM_ORIGIN else [])],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_TLS = env.bool("SECURE_TLS", default=not DEBUG and not SIMULATION)
SECURE_SSL_REDIRECT = SECURE_TLS
SECURE_HSTS_SECONDS = 31536000 if SECURE_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_TLS
SECURE_HSTS_PRELOAD = SECURE_TLS
SESSION_COOKIE_SECURE = SECURE_TLS
CSRF_COOKIE_SECURE = SECURE_TLS
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = None
PROXY_HOPS = max(1, env.int("PROXY_HOPS", default=1))  # 0 would be the entry that the caller wrote
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    MIDDLEWARE.insert(0, "config.proxies.CallerAddressMiddleware")
SECURE_REFERRER_POLICY = "same-origin"
SIMPLE_HISTORY_REVERT_DISABLED = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
SILENCED_SYSTEM_CHECKS: list[str] = []

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
