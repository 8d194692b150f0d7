"""Django settings, safe by default. `.env.example` lists every environment variable read here."""

from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from clinic import env

django_stubs_ext.monkeypatch()

ROOT = Path(__file__).resolve().parent.parent

DEMO = env.flag("DEMO")
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.required("SECRET_KEY", "signs sessions and links; make one of 50 random characters")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
BASE_URL = env.origin("BASE_URL", env.NO_ORIGIN if DEMO or DEBUG else "")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [BASE_URL.split("/")[2].rsplit(":", 1)[0]]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- apps and middleware -------------------------------------------------------------------------
INSTALLED_APPS = [
    "clinic.apps.ClinicConfig",
    "patients.apps.PatientsConfig",
    "courses.apps.CoursesConfig",
    "clinic.apps.StaffAdminConfig",
    *(["demo.apps.DemoConfig"] if (ROOT / "demo").is_dir() else []),  # not in the production image
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "clinic.headers.HeadersMiddleware",
    "clinic.health.middleware.HealthMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "clinic.middleware.PatientPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "clinic.typed.text.TypedTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clinic.account.idle.IdleMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.middleware.ActiveMembershipMiddleware",
    "courses.away.middleware.NumbersMiddleware",
    "clinic.account.two_factor.SetUpMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.posting.back.BackMiddleware",
    "clinic.posting.middleware.PostingMiddleware",
    "clinic.posting.twins.TwinMiddleware",
]
CSRF_FAILURE_VIEW = "clinic.posting.views.csrf_failure"
ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.access.staff_context",
                "clinic.posting.owner.draft_context",
            ],
            # Every form's `csrf_token` is the one of clinic/templatetags/posting.py; dates have one place.
            "builtins": ["clinic.templatetags.posting", "clinic.templatetags.dates"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Sign-in limits and used codes are counted by all processes together in the database, which sign-in needs
# anyway: a broker that is down neither locks everybody out nor lifts the limits.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "clinic_shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "template_fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "fragments"},
}

# --- data ----------------------------------------------------------------------------------------
_database = env.database("DATABASE_URL")
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} if _database else {}}
if _database:
    DATABASES["default"]["OPTIONS"] = {
        # TCP keepalive, so that the system notices a lost connection.
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        **_database.get("OPTIONS", {}),
        "connect_timeout": 5,
    }
# Time limits for statements of pages and jobs, also if the server stays silent: see clinic/database.
DATABASE_PAGE_SECONDS = env.seconds("DATABASE_PAGE_SECONDS", 3.5)
DATABASE_JOB_SECONDS = env.seconds("DATABASE_JOB_SECONDS", 30)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(ROOT / "media")))
# Patients' answers that could not be written to the database wait here, encrypted: see clinic/spool.py.
SPOOL_ROOT = Path(env.text("SPOOL_ROOT") or MEDIA_ROOT.parent / "spool")
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(ROOT / "staticfiles")))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic.static_files.StaticFiles"},
}

# --- people --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = ["clinic.account.sign_in.MembershipBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clinic.account.adapter.AccountAdapter"
# One field: the adapter finds the account by its username or its email address.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_FORMS = {"login": "clinic.account.forms.SignInForm"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# Who chose a password from the link of a mail is in; a second factor is still asked for.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_PREVENT_ENUMERATION = True
# An unknown address gets no mail, because anybody can type one in.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = None
# Wrong passwords are counted by clinic.account.attempts; `login_failed` applies only to two-factor codes.
# A whole clinic may sign in from one address at eight in the morning.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "10/5m/key", "reauthenticate": "20/m/user"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "clinic.account.adapter.TwoFactorAdapter"
MFA_FORMS = {
    "activate_totp": "clinic.account.forms.AppForm",
    "add_webauthn": "clinic.account.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Healing Curve"
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# In the session, not in a cookie: messages may name patients.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- HTTP ----------------------------------------------------------------------------------------
_is_https = BASE_URL.startswith("https://")
SECURE_SSL_REDIRECT = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _is_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "report-uri": ["/csp-report/"],
    }
}

# --- mail and jobs -------------------------------------------------------------------------------
globals().update(env.email("EMAIL_URL"))
# Time limits of a mail server: to connect, for each answer, and for the end of a mail (RFC 5321, 4.5.3.2).
SMTP_CONNECT_SECONDS = EMAIL_TIMEOUT = env.seconds("SMTP_CONNECT_SECONDS", 15)
SMTP_COMMAND_SECONDS = env.seconds("SMTP_COMMAND_SECONDS", 30)
SMTP_DATA_SECONDS = env.seconds("SMTP_DATA_SECONDS", 120)
# A longer conversation continues in the background, so that it delays no other mail.
SLOW_SECONDS = env.seconds("SLOW_SECONDS", 3)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Healing Curve <clinic@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# What the domain of a clinic's own sender address must name before mail leaves in its name: see clinic/sender.
SPF_INCLUDE = env.domain("SPF_INCLUDE")
DKIM_SELECTOR = env.text("DKIM_SELECTOR")
# Who is asked for DNS records (the system's servers where empty), and how long all of one check may take.
DNS_SERVERS = env.dns_servers("DNS_SERVERS")
DNS_SECONDS = env.seconds("DNS_SECONDS", 4)

REDIS_URL = env.redis_url("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL
WEBHOOK_PORTS = env.ports("WEBHOOK_PORTS", "443,8443")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1_000_000  # Django's rules for connections apply: see clinic/celery.py
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is down for a day ends no worker
CELERY_TIMEZONE = "UTC"
# A background process that makes no progress for this long ends itself and is started again.
WATCHDOG_SECONDS = env.seconds("WATCHDOG_SECONDS", 60)
# A broker that does not answer is disconnected and tried again, also on the worker's listening connection.
BROKER_SECONDS = env.seconds("BROKER_SECONDS", 5)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_keepalive": True,
    "socket_connect_timeout": BROKER_SECONDS,
    "socket_timeout": BROKER_SECONDS,
    "health_check_interval": max(int(BROKER_SECONDS), 1),
}

# What the outbox can send. It must not import the apps above it, so they are named here:
# kind -> an object with still_due(message, at=), render(message) and settled(message, at=).
MESSAGE_KINDS = {
    "staff_invitation": "clinic.people.account_mails.invitation_mail",
    "address_changed": "clinic.people.address_change.address_changed",
    "account_notice": "clinic.account.events.account_notice",
    "password_link": "clinic.people.account_mails.password_link_mail",
    "staff_alert": "courses.alerts.messages.mail.alert_mail",
    "reminder": "courses.reminders.mail.reminder_mail",
    "setup_mail": "courses.day_one.mail.setup_mail",
    "curve_notice": "courses.priors.notices.curve_notice",
    "hand_over": "courses.plans.hand_over_mail.hand_over_mail",
    "staff_alert_webhook": "courses.alerts.messages.webhooks.alert_webhook",
    "daily_digest": "courses.watching.digest_mail.digest_mail",
    "sender_lost": "clinic.sender.lost_mail.sender_lost",
    "member_refused": "clinic.outbox.refusals.member_refused",
    "endpoint_refused": "clinic.outbox.refusals.endpoint_refused",
}
# Channel -> its transport, see clinic/outbox/transports/base.py.
TRANSPORTS = {
    "email": "clinic.outbox.transports.email.EmailTransport",
    "webhook": "clinic.outbox.transports.webhook.WebhookTransport",
}
# What must continue without Redis: functions of `at` that `deliver_due --every` calls besides sending.
FALLBACK_WORK = [
    "courses.checkins.spooled_answers.replay_answers",
    "courses.sessions.check_in_answers.settle_open_questions",
    "courses.alerts.audit.auditor.note_failures",
    "courses.alerts.steps.sweep",
    "courses.alerts.reached.late.note_unreached",
]
# Called after a backup is restored, before any process starts: functions of `taken_at` and `at` that return what
# they did.
AFTER_RESTORE = [
    "courses.reminders.reminders_after_restore.plan_what_is_due",
    "courses.watching.alerts_after_restore.settle_alerts_and_messages",
]
# What a new clinic starts with, in this order: functions that take the clinic.
# What happens to rows that point to a patient when two records are merged.
MERGE_RULES = ["patients.identity.merge_rules.RULES", "courses.plans.merge_effects.RULES"]
CLINIC_PRESETS = ["patients.presets.install_presets", "courses.presets.install_presets"]
# Shipped texts that are no rows and that a clinician signs off.
SHIPPED_TEXTS = ["courses.admin.signing.texts.text_kinds"]

# --- language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
FORMAT_MODULE_PATH = ["clinic.formats"]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- monitoring ----------------------------------------------------------------------------------
METRICS_TOKEN = env.secret("METRICS_TOKEN")
HEARTBEAT_URL = env.web_address("HEARTBEAT_URL")
# What the apps above the foundation add to /healthz and /metrics: functions that take `at`.
HEALTH_CHECKS = {
    "alerts": "courses.alerts.audit.health.alerts_health",
    "reached": "courses.alerts.reached.late.reached_health",
    "spool": "clinic.spool.spool_health",
}
METRICS = ["clinic.health.figures.outbox_metrics", "courses.alerts.audit.figures.alert_metrics"]

# --- logs ----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "clinic.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "celery.app.trace": {"level": "WARNING"}},
}
