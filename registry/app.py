"""The application: settings, database, screens and their frame put together."""

import importlib
import os
import pkgutil
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask.templating import Environment
from werkzeug.middleware.proxy_fix import ProxyFix

import config
import registry
from registry.backups.place import refuse_unfinished
from registry.db import configure, db
from registry.vault import sources
from registry.vault.keyfile import KeyRing
from registry.vault.suites import SUITES, demand_hash

# Room for the form around the largest workbook.
_FORM_BYTES = 1024 * 1024


class Templates(Environment):
    """Templates that have no globals of their own, so that they share those of the site.

    Jinja gives each a chain of two dictionaries instead, and goes through it name by name at every
    import of macros: a tenth of the time of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template."""
        return super().make_globals(d) if d else self.globals


def create_app(environ: Mapping[str, str] | None = None, *, screens: bool = True) -> Flask:
    """Return the application on the settings of `environ` (the process's own when None).

    Without `screens` it has database and settings only: a command starts in half the time.
    Raises `KeyFileError` without usable keys, `SuiteMissing` where this machine cannot do what the
    settings ask for, `UnsafeSettingError` for a value that cannot be used,
    `StateRefused` where a restoration did not end.
    """
    settings = config.load(os.environ if environ is None else environ)
    refuse_unfinished(settings["DATA"])
    ring = sources.ring(settings["KEYS"], settings["DATA"])
    for name in (ring.hash_algorithm, SUITES[settings["CRYPTOGRAPHY"]].hash_name):
        demand_hash(name)
    app = Flask(
        "registry", template_folder=str(config.ROOT / "templates"), static_folder="web/static"
    )
    app.config.update(settings)
    app.config.update(_shell_settings(settings, ring))
    app.jinja_environment = Templates
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings["PROXIES"]:
        count = settings["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count)  # type: ignore[method-assign]
    import_models()
    db.init_app(app)
    with app.app_context():
        configure(app.config)
    if screens:
        from registry.api.programs import install as install_programs
        from registry.web.screens import install as install_screens

        install_screens(app)
        install_programs(app)
    return app


def import_models() -> None:
    """Import every package's models, so that the metadata knows all tables."""
    for package in pkgutil.iter_modules(registry.__path__):
        if package.ispkg and (Path(registry.__path__[0]) / package.name / "models.py").exists():
            importlib.import_module(f"registry.{package.name}.models")


def _shell_settings(settings: Mapping[str, Any], ring: KeyRing) -> dict[str, Any]:
    secure = settings["SECURE_COOKIE"] and not ring.demo
    prefix = "__Host-" if secure else ""
    return {
        "SECRET_KEY": ring.site_key,
        "DEMO": ring.demo,
        "SQLALCHEMY_DATABASE_URI": settings["DATABASE_URL"],
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(settings),
        "SECURE": secure,
        "SESSION_COOKIE_NAME": f"{prefix}tongxin",
        "DEVICE_COOKIE_NAME": f"{prefix}tongxin-device",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": settings["UPLOAD_BYTES"] + _FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": 2 * _FORM_BYTES,
        "MAX_FORM_PARTS": 5000,
        "WTF_I18N_ENABLED": False,
        # The form's token lives as long as the session: a clerk may leave a page open over lunch.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def _engine_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    if not settings["DATABASE_URL"].startswith("postgresql"):
        return {}
    options: dict[str, Any] = {"pool_pre_ping": True}
    if settings["POOLED"]:
        options["connect_args"] = {"prepare_threshold": None}
    return options
