"""Flask-Login over the server-side session table.

The browser's signed cookie holds a random token as the user's id and nothing else about the person;
whether it still opens anything stands in the table (`registry.accounts.sessions`).
"""

from flask import Flask
from flask_login import LoginManager, UserMixin, login_user, logout_user

from registry.accounts import sessions
from registry.accounts.sessions import SignedIn
from registry.clock import now
from registry.db import db


class Visitor(UserMixin):  # type: ignore[misc]
    """A signed-in browser as Flask-Login's user; its id is the session's token."""

    def __init__(self, token: str, signed_in: SignedIn | None = None) -> None:
        self.token = token
        self.signed_in = signed_in

    def get_id(self) -> str:
        """Return what the cookie names."""
        return self.token


def install(app: Flask) -> None:
    """Join Flask-Login to the application."""
    # Without its context processor, which would ask the database for the user again while the page
    # is drawn that says that the database is away.
    manager = LoginManager(app, add_context_processor=False)
    # It would tie a session to address and browser, and sign out every phone that changes networks;
    # sessions end by time, by signing out, and with the account.
    manager.session_protection = None
    manager.user_loader(_find)


def let_in(token: str) -> None:
    """Remember in the cookie that this browser is signed in."""
    login_user(Visitor(token))


def let_out() -> None:
    """Forget it again."""
    logout_user()


def _find(token: str) -> Visitor | None:
    signed_in = sessions.find(db.session(), token, now())
    return None if signed_in is None else Visitor(token, signed_in)
