"""Settings of the web half: everything comes from the home folder and a handful of DENGTA_* variables.

DENGTA_HOME          the home folder (`dengta.site.home`)
DENGTA_DATABASE_URL  postgresql://user:password@host:port/name; without it the SQLite file of the home folder
DENGTA_DEMO          1: fictional people sign in with one tap, every page says that the data is fictional
DENGTA_HOSTS         further host names, comma-separated, beside the loopback ones
DENGTA_HTTPS         1: served behind TLS; cookies only travel encrypted
DENGTA_PROGRAMME     the city half's programme, a folder of `dengta.programmes`; without it the first that has towns
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from dengta import programmes
from dengta.site.home import Home

HOME = Home.at()
DEMO = os.environ.get("DENGTA_DEMO") == "1"
HTTPS = os.environ.get("DENGTA_HTTPS") == "1"
PROGRAMME = os.environ.get("DENGTA_PROGRAMME") or programmes.cities()[0]
PACKAGE = Path(__file__).resolve().parent.parent


def database(home: Home, url: str | None) -> dict[str, Any]:
    """Django's description of the database `url` names, or of the home's SQLite file.

    Every SQLite transaction takes the write lock when it begins, so that two commands wait instead of failing midway.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home.database,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(
            f"DENGTA_DATABASE_URL names {parts.scheme}://; it must be postgresql://user:password@host/name"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }


SECRET_KEY = HOME.secret()
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, os.environ.get("DENGTA_HOSTS", "").split(","))]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",
    "dengta.apps.accounts",
    "dengta.apps.diagnosis",
    "dengta.apps.imports",
    "dengta.apps.jobs",
    "dengta.apps.loans",
    "dengta.apps.plant",
    "dengta.apps.register",
    "dengta.web",
    "dengta.web.floor",
    "dengta.web.loans",
    "dengta.web.options",
    "dengta.web.performance",
    "dengta.web.imports",
    "dengta.web.diagnosis",
    "dengta.web.register",
    "dengta.web.rules",
    "dengta.web.today",
    "dengta.web.what_if",
]

MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",  # Django pads and masks tokens against BREACH
    "dengta.web.guards.Headers",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dengta.web.guards.SessionAge",
    "dengta.web.guards.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dengta.web.guards.Refusals",
]
ROOT_URLCONF = "dengta.web.urls"
ASGI_APPLICATION = "dengta.web.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dengta.web.frame.context",
            ],
        },
    }
]

DATABASES = {"default": database(HOME, os.environ.get("DENGTA_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"

# A session ends eight hours after its last sign of life and twelve after signing in (guards.SessionAge).
SESSION_COOKIE_AGE = 8 * 3600
SESSION_LONGEST_S = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = DEMO
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "dengta.web.errors.csrf"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"]  # TLS ends at the proxy, which redirects

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [PACKAGE / "locale", *sorted((PACKAGE / "web").glob("*/locale"))]

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "dengta.web.static_files.Versioned"},
}

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
