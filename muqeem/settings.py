"""Settings of the portal: production by default, a demonstration only where it is asked for.

Every value comes from the environment. Without a DATABASE_URL there, the file that `manage.py run` wrote
to `var/env` speaks for it, so that every command finds the portal running beside it.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
VAR_DIR = Path(env("MUQEEM_VAR", default=str(BASE_DIR / "var")))
if "DATABASE_URL" not in env.ENVIRON and os.access(VAR_DIR / "env", os.R_OK):
    env.read_env(str(VAR_DIR / "env"))

# Commands that make or check the code itself and touch neither database nor secrets.
BUILDING = len(sys.argv) > 1 and sys.argv[1] in {"run", "compilemessages", "makemessages", "collectstatic", "verify_seal"}

REQUIRED = {
    "SECRET_KEY": "signs sessions and forms; 50 random characters",
    "CODE_KEY": "derives the security codes; 32 random characters, kept apart from the database",
    "SEAL_KEY": "seals printed pages; '<key id>:<base64 of 32 random bytes>'",
    "DATABASE_URL": "PostgreSQL, for example postgres://user:password@host/name",
    "REDIS_URL": "the queue, for example redis://host:6379/0",
    "SMS_URL": "how texts leave, for example https://key@gateway.example/send, or demo:",
    "EMAIL_URL": "how mails leave, for example smtp+tls://user:password@host:587",
    "ALLOWED_HOSTS": "the portal's host names, separated by commas",
}
missing = [f"  {name}: {purpose}" for name, purpose in REQUIRED.items() if not env(name, default="")]
if missing and not BUILDING:
    raise ImproperlyConfigured(
        "The environment lacks these settings:\n"
        + "\n".join(missing)
        + "\nTo look at the portal on this machine, `make run` needs none of them."
    )

# --- the portal ---------------------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
ISSUING_AUTHORITY = env("ISSUING_AUTHORITY", default="")  # whoever runs the portal under its own authority
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
CODE_KEY = env("CODE_KEY", default="")
SEAL_KEY = env("SEAL_KEY", default="")
SEAL_KEYS_RETIRED = env("SEAL_KEYS_RETIRED", default="")  # '<key id>:<base64 public key>', still honoured
SMS_URL = env("SMS_URL", default="")
SMS_SENDER = env("SMS_SENDER", default="Muqeem")

# --- Django -------------------------------------------------------------------------------------
SECRET_KEY = env("SECRET_KEY", default="only for commands that sign nothing" if BUILDING else "")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
HTTPS = SITE_URL.startswith("https://")
ROOT_URLCONF = "muqeem.urls"
WSGI_APPLICATION = "muqeem.wsgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "muqeem.apps.MuqeemConfig",
    "muqeem.record",
    "accounts",
    "muqeem.operations",
    "residency",
    "visas",
    "muqeem.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "captcha",
]

MIDDLEWARE = [
    "muqeem.middleware.access_log",
    # What every answer carries comes first, so that files, errors and redirects carry it too.
    "muqeem.middleware.doors",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "muqeem.middleware.programs_by_https",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "muqeem.middleware.no_large_bodies",
    "muqeem.middleware.moment",
    "accounts.middleware.Sessions",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.only_utf8",
    "accounts.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionLimits",
    "accounts.middleware.Access",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                ("django.template.loaders.cached.Loader", ["muqeem.loaders.Unindented", "django.template.loaders.app_directories.Loader"])
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "muqeem.context.site",
                "accounts.context.notices",
            ],
        },
    }
]
FORM_RENDERER = "muqeem.renderer.PortalRenderer"

# --- data ---------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///unset")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    "TEST": {"NAME": env("PGTESTNAME", default="test_muqeem"), "TEMPLATE": "template0"},
}
# A lock that is not had in 3 s and a statement that is not done in 10 s are failures, not waits.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c lock_timeout=3s -c statement_timeout=10s -c idle_in_transaction_session_timeout=10s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
MEDIA_ROOT = VAR_DIR / "prints"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our pages read our files
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# --- who acts -----------------------------------------------------------------------------------
PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "accounts.passwords.UnlikeThePerson",
        "OPTIONS": {"user_attributes": ("username", "name_ar", "name_en", "email")},
    },
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.Uncommon"},
    {"NAME": "accounts.passwords.UnlikeThePortal"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # Redis may be flushed; nobody is signed in or out by that
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE = timedelta(minutes=15)
SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_WARNING = timedelta(minutes=2)  # before an idle session ends
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no words for a person in a cookie
CSRF_FAILURE_VIEW = "muqeem.views.form_expired"
OTP_TOTP_THROTTLE_FACTOR = 0  # our own limits count every wrong code, of texts and apps together
OTP_STATIC_THROTTLE_FACTOR = 0
OTP_TOTP_SYNC = False  # a drift once learned would widen what later codes may be
OTP_TOTP_ISSUER = "Muqeem"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True  # staff see that somebody has an app, not its key

# --- doors --------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^payments/$", r"^check/keys$"]  # programs: muqeem.middleware
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer", "autoplay", "bluetooth", "camera", "clipboard-read", "display-capture", "encrypted-media", "geolocation",
        "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment", "serial", "usb",
        "xr-spatial-tracking",
    )
}  # fmt: skip

# --- codes --------------------------------------------------------------------------------------
# How many a minute the portal is meant for: more are not sent, and the wrong ones that people mistype are a share of these.
CODES_A_MINUTE = env.int("CODES_A_MINUTE", default=3000)

# --- payments -----------------------------------------------------------------------------------
PAYMENT_KEYS = env.list("PAYMENT_KEYS", default=[])  # who signs with one of them tells of payments
SADAD_BILLER = env("SADAD_BILLER", default="")  # the number under which banks list the portal

# --- the public check ---------------------------------------------------------------------------
# Proxies in front of us, each of which adds to X-Forwarded-For whom it was asked by; what stands before is hearsay.
PROXIES = env.int("PROXIES", default=1 if HTTPS else 0)
# An airline's desk shares one address: ten people with a passenger every two minutes look 300 times an hour and mistype
# 30. Four times as many looks and twice as many misses are allowed. Of one number six may go wrong in a day, one for
# each second fact; who guesses a date among half a year's days needs months.
CHECK_LOOKS_AN_HOUR = env.int("CHECK_LOOKS_AN_HOUR", default=1200)
CHECK_MISSES_AN_HOUR = env.int("CHECK_MISSES_AN_HOUR", default=60)
CHECK_MISSES_OF_ONE_NUMBER_A_DAY = env.int("CHECK_MISSES_OF_ONE_NUMBER_A_DAY", default=6)

# --- words --------------------------------------------------------------------------------------
LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", _("Arabic")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LOCALE_PATHS = [BASE_DIR / "muqeem" / "locale"]
FORMAT_MODULE_PATH = ["muqeem.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Riyadh"

# --- the verification number of strangers' forms ---
CAPTCHA_CHALLENGE_FUNCT = "accounts.verification.challenge"
CAPTCHA_FONT_SIZE = 44
CAPTCHA_IMAGE_SIZE = (240, 64)
CAPTCHA_LETTER_ROTATION = (-25, 25)
CAPTCHA_FOREGROUND_COLOR = "#123f2b"
CAPTCHA_TIMEOUT = 15  # minutes, in which the form is filled
CAPTCHA_2X_IMAGE = False

# --- what leaves --------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL", default="dummymail://"))  # a demonstration shows its mails beside its texts
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Muqeem <portal@localhost>")

# A task is a hint: the truth is a row, and `manage.py sweep` hints again. So nothing here waits for the broker.
CELERY_BROKER_URL = env("REDIS_URL", default="")
if CELERY_BROKER_URL.startswith("unix:"):
    CELERY_BROKER_URL = "redis+socket:" + CELERY_BROKER_URL.removeprefix("unix:")
CELERY_BROKER_CONNECTION_TIMEOUT = 0.3
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 0.3,  # workers, who wait for work, are more patient: muqeem.celery
    "socket_connect_timeout": 0.3,
    "max_retries": 0,  # kombu would sleep two seconds before it finds out again
    "visibility_timeout": 30,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "muqeem:",
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 20
CELERY_TASK_SOFT_TIME_LIMIT = 15
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "texts"
CELERY_TASK_ROUTES = {"operations.render": {"queue": "prints"}}
CELERY_TIMEZONE = "Asia/Riyadh"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "clear-sessions": {"task": "accounts.clear_sessions", "schedule": crontab(hour=3, minute=40)},
    "forget-attempts": {"task": "accounts.forget_attempts", "schedule": crontab(minute=10)},
    # Often, for each looks only for what is still due; by day, for it wakes people up.
    "remind-of-visas": {"task": "visas.remind", "schedule": crontab(minute="*/15", hour="8-20")},
    "warn-of-subscriptions": {"task": "accounts.warn", "schedule": crontab(minute="5-59/15", hour="8-20")},
    "warn-of-residencies": {"task": "residency.warn", "schedule": crontab(minute="10-59/15", hour="8-20")},
}

# --- what is said to operators ------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "muqeem.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False},
        "fontTools": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
