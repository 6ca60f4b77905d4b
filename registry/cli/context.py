"""The application behind a command, and the account it acts for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from registry.access.actor import Actor
from registry.errors import InputRefused

if TYPE_CHECKING:
    from flask import Flask


def flask_app() -> "Flask":
    """Return the application, put together on first use: commands on files alone need none."""
    app: Flask = click.get_current_context().find_root().obj()
    return app


@contextmanager
def application() -> Iterator["Flask"]:
    """Run with the application's database and settings.

    Raises `KeyFileError` or `UnsafeSettingError` when the installation is not ready.
    """
    from registry.submissions.fitting import demand_fitting_keys

    app = flask_app()
    with app.app_context():
        demand_fitting_keys()
        yield app


def signed_in(user: str | None) -> Actor:
    """Return the actor that `--as` names.

    Raises `InputRefused` without one, `NotFound` or `StateRefused` for an account that cannot act.
    """
    from registry.accounts.queries import actor_named
    from registry.db import db

    if not user:
        raise InputRefused("usage", "请用 --as 指明以哪个账号办理。")
    return actor_named(db.session(), user)
