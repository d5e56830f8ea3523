"""Django's settings; every value that may differ between installations comes from the environment (env.py)."""

import os
import sys
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from regulars.config.env import database_config, env

# Matrices here are small: threads that wait for each other would make them slower, and take cores from pages.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

DEBUG = env.flag("REGULARS_DEBUG", False, "Show technical error pages; never in production")
SECRET_KEY = env.secret_key() if not TESTING else "tests sign with a key that everyone knows"
DATA_DIR = env.data_dir()
ALLOWED_HOSTS = env.words("REGULARS_HOSTS", "*", "Host names this installation answers to")
PUBLIC_URL = env.text(
    "REGULARS_URL", "", "Address customers and colleagues reach it at, such as https://care.example.com"
)
LIVE_URL = env.text(
    "REGULARS_LIVE_URL", "", "Address of live updates when it is not the page's own host one port up"
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
BEHIND_PROXY = env.flag(
    "REGULARS_BEHIND_PROXY", False, "Trust X-Forwarded-For and X-Forwarded-Proto of a proxy in front"
)
SECURE = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "regulars.kit.apps.KitConfig",
    "regulars.team.apps.TeamConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "ninja",
    "regulars.people.apps.PeopleConfig",
    "regulars.timeline.apps.TimelineConfig",
    "regulars.commerce.apps.CommerceConfig",
    "regulars.messaging.apps.MessagingConfig",
    "regulars.inbox.apps.InboxConfig",
    "regulars.insights.apps.InsightsConfig",
    "regulars.config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "regulars.kit.middleware.headers",
    "regulars.config.door.api_door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "regulars.team.middleware.signed_in",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "regulars.team.middleware.who",
    "regulars.kit.middleware.refusals",
]

ROOT_URLCONF = "regulars.config.urls"
WSGI_APPLICATION = "regulars.config.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "regulars.kit.templating.Templates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "regulars.config.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

_test_url = (
    env.text("REGULARS_TEST_DATABASE_URL", "", "PostgreSQL the test suite may make databases on")
    if TESTING
    else ""
)
DATABASES = {"default": database_config(_test_url or env.database_url())}
# Called when a job needs the owner's rights, such as building an index; reads the key file only then.
OWNER_DATABASE_URL = env.owner_database_url
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Only the sign-in library counts tries here; a table makes the count hold across processes and machines.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "team_cache"}}
SESSION_ENGINE = "regulars.team.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"

AUTH_USER_MODEL = "team.Member"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "regulars.team.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "regulars.team.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, list[object]]] = {"openid_connect": {"APPS": []}}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
MFA_ADAPTER = "regulars.team.adapters.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fi", _("Finnish")),
    ("lt", _("Lithuanian")),
    ("nb", _("Norwegian")),
    ("hu", _("Hungarian")),
]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = (
    env.text("REGULARS_STATIC_ROOT", "", "Folder of collected static files; empty: served from the package")
    or None
)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# Addresses carry a hash of the content (kit.storage), so a browser may keep each file for ever.
WHITENOISE_IMMUTABLE_FILE_TEST = "^$" if DEBUG else "^/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "regulars.kit.storage.HashedStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 25_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
CHECK_SENDERS = env.flag(
    "REGULARS_CHECK_SENDERS",
    True,
    "Check the signatures (DKIM) of mail that comes in, which asks the name service",
)
EMAIL_HOST = env.text(
    "REGULARS_SMTP_HOST",
    "",
    "SMTP server for mails to colleagues (password reset); empty: links are shown instead",
)
EMAIL_PORT = env.number("REGULARS_SMTP_PORT", 587, "Its port")
EMAIL_HOST_USER = env.text("REGULARS_SMTP_USER", "", "Its user")
EMAIL_HOST_PASSWORD = env.text("REGULARS_SMTP_PASSWORD", "", "Its password")
EMAIL_USE_TLS = env.flag("REGULARS_SMTP_TLS", True, "Speak STARTTLS with it")
DEFAULT_FROM_EMAIL = env.text("REGULARS_MAIL_FROM", "regulars@localhost", "Sender of mails to colleagues")

INSIGHTS_DIR = env.text(
    "REGULARS_INSIGHTS_DIR", "", "Folder of the files that insights read; empty: in the data folder"
) or str(DATA_DIR / "insights")
INSIGHTS_MEMORY_MB = env.number(
    "REGULARS_INSIGHTS_MEMORY",
    0,
    "Most memory of one process for insights in MB; 0: a quarter of the machine's, at most 4096",
)
INSIGHTS_THREADS = env.number(
    "REGULARS_INSIGHTS_THREADS", 0, "Threads of one question to insights; 0: one per core"
)
INSIGHTS_SECONDS = env.number(
    "REGULARS_INSIGHTS_SECONDS",
    30,
    "Seconds after which a question that a page asks of insights is stopped; 0: never",
)

GALLERY = (
    env.flag("REGULARS_GALLERY", False, "Show the component gallery at /kit/gallery/") or DEBUG or TESTING
)
SILENCED_SYSTEM_CHECKS = ["fields.W342", "account.W001"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {
        "handlers": ["console"],
        "level": env.text("REGULARS_LOG_LEVEL", "WARNING", "How much is logged"),
    },
    # A mail without a key that can be looked up is nothing an operator can mend; the outcome stands beside the mail.
    "loggers": {"dkimpy": {"level": "CRITICAL"}},
}
if TESTING:
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
