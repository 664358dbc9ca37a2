"""Django's settings, all of them derived from the environment."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_htmx

from septet import environment
from septet.surfaces.web.static_files import fingerprint

try:
    environment.refuse_unknown(os.environ)
    DATA_DIR: Path = environment.data_directory(os.environ)
    PUBLIC_URL = environment.public_url(os.environ)
    PROXIES = environment.proxies(os.environ)
    OUTGOING_HOSTS, OUTGOING_NETWORKS = environment.outgoing(os.environ)
    REQUESTS_PER_MINUTE = environment.count("SEPTET_REQUESTS_PER_MINUTE", 6000, os.environ)
    ADMIN_MAIL = os.environ.get("SEPTET_ADMIN_MAIL") or "admin@localhost"
    SECRET_KEY = environment.secret("SEPTET_SECRET_KEY", os.environ) or environment.kept_secret_key(DATA_DIR)
    DATABASES: dict[str, Any] = {
        "default": environment.database(environment.secret("DATABASE_URL", os.environ), DATA_DIR)
    }
    ISSUER = environment.issuer(os.environ)
    ISSUER_OPENS_ACCOUNTS = environment.switched_on("SEPTET_OIDC_OPENS_ACCOUNTS", os.environ)
    PASSWORDS = environment.switched_on("SEPTET_PASSWORDS", os.environ)
    SECOND_FACTOR = environment.choice(
        "SEPTET_SECOND_FACTOR", ("nobody", "administrators", "staff", "everybody"), os.environ
    )
    MAIL = environment.mail(os.environ)
except environment.BadSetting as bad:
    print(bad.sentence, file=sys.stderr)
    raise

HTTPS = PUBLIC_URL.startswith("https://")
CONTENT_DIR = DATA_DIR / "content"
ANCHOR_DIR = DATA_DIR / "anchors"

DEBUG = False
ALLOWED_HOSTS = sorted({urlsplit(PUBLIC_URL).hostname or "", "localhost", "127.0.0.1", "[::1]"})
ROOT_URLCONF = "septet.urls"
WSGI_APPLICATION = "septet.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "septet.kernel",
    "septet.surfaces.web",
    "septet.surfaces.api",
    "septet.team",
    "septet.infrastructure",
    "septet.release",
    "septet.support",
    "septet.service",
    "septet.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "septet.surfaces.web.security.SecurityHeaders",
    "septet.surfaces.api.gate.ShortWay",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "septet.surfaces.web.jinja.environment",
            "context_processors": ["septet.surfaces.web.security.form_token"],
        },
    }
]

AUTH_USER_MODEL = "kernel.Account"
AUTHENTICATION_BACKENDS = ["septet.surfaces.web.signed_in.Backend"]
SESSION_ENGINE = "septet.surfaces.web.signed_in"
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
globals().update(MAIL)

_ENTRANCE = "septet.surfaces.web.entrance"
ACCOUNT_ADAPTER = f"{_ENTRANCE}.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# How long somebody who proved who they are is believed before the next sensitive deed, in seconds.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = f"{_ENTRANCE}.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Mail addresses are given by administrators, so there is nothing that a stranger could claim.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Septet"
# One step before and after: phones' clocks are off by some seconds.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
SOCIALACCOUNT_ADAPTER = f"{_ENTRANCE}.adapters.Issuers"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# A link, not a form: the content policy lets forms lead to this site alone. See `entrance.issuer`.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": []}}
if ISSUER is not None:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "issuer",
            "name": ISSUER.name,
            "client_id": ISSUER.client_id,
            "secret": ISSUER.client_secret,
            "settings": {"server_url": ISSUER.url, "fetch_userinfo": True},
        }
    )

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "septet.surfaces.web.pages.csrf_failure"
# A proxy ends TLS, so requests look like plain HTTP here: the browser's Origin is checked against the public address.
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"

# One action's form with a thousand ticked rows fits; a 50 MB comment is refused before it is parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "septet.surfaces.web.uploads.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "en"
# The languages of the texts; dates and numbers are written in many more.
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Failed attempts to come in are counted here: so many that nobody pushes theirs out by trying many names.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Files are served from the packages themselves, and browsers may keep them: a changed file has another address.
STATIC_URL = f"/static/{fingerprint(Path(__file__).parent, Path(django_htmx.__file__).parent)}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"."
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(CONTENT_DIR)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

TASKS = {"default": {"BACKEND": "septet.kernel.work.RunBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "septet.logs.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
