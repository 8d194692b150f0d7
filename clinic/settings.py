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
BASE_URL = env.origin("BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or [BASE_URL.split("/")[2].rsplit(":", 1)[0]]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- who is in the house -------------------------------------------------------------------------
INSTALLED_APPS = [
    "clinic.apps.ClinicConfig",
    "patients.apps.PatientsConfig",
    "courses.apps.CoursesConfig",
    "clinic.apps.StaffAdminConfig",
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
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "clinic.typed_text.TypedTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.middleware.ActiveMembershipMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
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
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# In each process's own memory: what is kept there is known by its content or may be counted per process.
_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {name: {"BACKEND": _MEMORY, "LOCATION": name} for name in ("default", "template_fragments")}

# --- data ----------------------------------------------------------------------------------------
_database = env.database("DATABASE_URL")
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} if _database else {}}
if _database:
    DATABASES["default"]["OPTIONS"] = {**_database.get("OPTIONS", {}), "connect_timeout": 5}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(ROOT / "media")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(ROOT / "staticfiles")))
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- people --------------------------------------------------------------------------------------
AUTH_USER_MODEL = "clinic.User"
AUTHENTICATION_BACKENDS = ["clinic.sign_in.MembershipBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "clinic.sign_in.ClosedSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
# An address that nobody here has gets no mail: anybody can type one in.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- the wire ------------------------------------------------------------------------------------
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
    }
}

# --- mail and jobs -------------------------------------------------------------------------------
globals().update(env.email("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Healing Curve <clinic@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

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
CELERY_DB_REUSE_MAX = 1_000_000  # connections are kept and looked after as Django does: see clinic/celery.py
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker that is away for a day ends no worker
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_keepalive": True}

# What the outbox can send. It must not look up to the apps above it, so they are named here:
# kind -> an object with still_due(message, at=), render(message) and settled(message, at=).
MESSAGE_KINDS = {
    "staff_invitation": "clinic.staff.invitation_mail",
    "address_changed": "clinic.addresses.address_changed",
    "password_link": "clinic.staff.password_link_mail",
    "staff_alert": "courses.alerts.mail.alert_mail",
    "reminder": "courses.reminders.mail.reminder_mail",
    "curve_notice": "courses.priors.notices.curve_notice",
    "hand_over": "courses.plans.hand_over_mail.hand_over_mail",
    "staff_alert_webhook": "courses.alerts.webhooks.alert_webhook",
    "daily_digest": "courses.alerts.digest_mail.digest_mail",
    "member_refused": "clinic.outbox.refusals.member_refused",
    "endpoint_refused": "clinic.outbox.refusals.endpoint_refused",
}
# How it travels: channel -> a transport, see clinic/outbox/transports/base.py.
TRANSPORTS = {
    "email": "clinic.outbox.transports.email.EmailTransport",
    "webhook": "clinic.outbox.transports.webhook.WebhookTransport",
}
# What must go on without Redis: functions that take `at`, called by `deliver_due --every` beside the sending.
FALLBACK_WORK = ["courses.alerts.steps.sweep"]
# What a new clinic starts with, in this order: functions that take the clinic.
CLINIC_PRESETS = ["patients.presets.install_presets", "courses.presets.install_presets"]

# --- language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
FORMAT_MODULE_PATH = ["clinic.formats"]
LOCALE_PATHS = [ROOT / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- watching ------------------------------------------------------------------------------------
METRICS_TOKEN = env.secret("METRICS_TOKEN")
HEARTBEAT_URL = env.web_address("HEARTBEAT_URL")
# What the apps above the foundation add to /healthz and /metrics: functions that take `at`.
HEALTH_CHECKS = {"alerts": "courses.alerts.health.alerts_health"}
METRICS = ["clinic.health.figures.outbox_metrics", "courses.alerts.figures.alert_metrics"]

# --- logs ----------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "clinic.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "celery.app.trace": {"level": "WARNING"}},
}
