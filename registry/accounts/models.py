"""What is kept of people who sign in."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, KeyNumber, Model


class Account(Model):
    """A person who signs in. Never deleted: the trail names it; who left has it closed.

    An empty hash is no password: an invitation is out, or has expired.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(KeyNumber, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(50))
    password_hash: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(ForeignKey("trade_union.code"))
    is_locked: Mapped[bool] = mapped_column(Boolean, default=False)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Instant)
    # Where its owner wants a digest sent, and the day of the last one.
    mail: Mapped[str | None] = mapped_column(String(254))
    mailed_on: Mapped[date | None] = mapped_column(Date)
    # Since when the present password holds; None: since the account was opened.
    password_set_at: Mapped[datetime | None] = mapped_column(Instant)
    # When a person left, and why it was closed: nobody signs in with it again.
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_why: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint(
            "(closed_at IS NULL) = (closed_why IS NULL)"
            " AND (closed_at IS NULL OR (is_locked AND password_hash = ''))",
            "closed",
        ),
        Index("ix_account_place", "place", "name"),
    )


_IS_POWER = text("role IN ('AUDITOR', 'ADMINISTRATOR', 'LOG_KEEPER')")


class AccountRole(Model):
    """One role of an account; of the separate powers (`registry.access.roles.SEPARATE`) one."""

    __tablename__ = "account_role"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16), primary_key=True)

    __table_args__ = (
        Index(
            "ix_account_role_power",
            "account_id",
            unique=True,
            sqlite_where=_IS_POWER,
            postgresql_where=_IS_POWER,
        ),
    )


class FormerPassword(Model):
    """One of the last passwords of an account, kept where the policy forbids them to come back."""

    __tablename__ = "former_password"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    password_hash: Mapped[str] = mapped_column(String(200))


class Invitation(Model):
    """A code with which a person chooses the password of an account, while the row is there."""

    __tablename__ = "invitation"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("created_at < expires_at", "life"),
        Index("ix_invitation_hash", "code_hash"),
    )


class Deputy(Model):
    """Who reviews for whom at a unit, from the first to the last day, both counted."""

    __tablename__ = "deputy"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(16))
    principal_id: Mapped[int] = mapped_column(BigInteger)
    deputy_id: Mapped[int] = mapped_column(BigInteger)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    named_by: Mapped[int] = mapped_column(BigInteger)
    named_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("first_day <= last_day", "days"),
        CheckConstraint("principal_id <> deputy_id", "other"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", "ended"),
        Index("ix_deputy_account", "county", "deputy_id", "last_day"),
        Index("ix_deputy_place", "county", "place", "id"),
    )


class SignInSession(Model):
    """A signed-in browser. Only the hash of its token is kept; signing out deletes the row."""

    __tablename__ = "sign_in_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    fresh_until: Mapped[datetime] = mapped_column(Instant)
    # The password was right and the second factor is still to be shown: opens nothing else.
    is_half: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # What a passkey is to sign, once.
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary(64))
    # What its owner knows it by: the browser in plain words, and where it signed in from.
    browser: Mapped[str | None] = mapped_column(String(50))
    address: Mapped[str | None] = mapped_column(String(45))


class SecondFactor(Model):
    """What an account shows beside its password: an authenticator's secret (RFC 6238) or a
    passkey's public key, sealed for the account. `counter` is the time step of the last code, or
    the passkey's own count: neither is taken twice.
    """

    __tablename__ = "second_factor"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(50))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    credential: Mapped[bytes | None] = mapped_column(LargeBinary)
    counter: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("(kind = 'PASSKEY') = (credential IS NOT NULL)", "kind"),
        Index("ix_second_factor_account", "county", "account_id", "id"),
        Index(
            "ix_second_factor_totp",
            "county",
            "account_id",
            unique=True,
            sqlite_where=text("kind = 'TOTP'"),
            postgresql_where=text("kind = 'TOTP'"),
        ),
        Index("ix_second_factor_credential", "county", "credential", unique=True),
    )


class RecoveryCode(Model):
    """A code that stands in once for a lost second factor. Only its hash is kept."""

    __tablename__ = "recovery_code"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiToken(Model):
    """What a program shows instead of a password. Only the token's hash is kept; never deleted:
    the trail names it. `scopes` are words of `registry.access.scopes`, with a blank between two.
    """

    __tablename__ = "api_token"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(50))
    scopes: Mapped[str] = mapped_column(String(200))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # How often it asked for somebody's eligibility, and on which day.
    asked_on: Mapped[date | None] = mapped_column(Date)
    asked_count: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        CheckConstraint("created_at < expires_at", "life"),
        Index("ix_api_token_account", "county", "account_id", "id"),
        Index("ix_api_token_hash", "county", "token_hash", unique=True),
    )


class FormSent(Model):
    """A form that was sent and done: a hash of its page's token and content, and where its answer
    led. Kept for some days.
    """

    __tablename__ = "form_sent"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(Instant, index=True)
    answer: Mapped[str | None] = mapped_column(String(400))


class SignInFailure(Model):
    """Failed sign-ins counted by account name or by address, for throttling."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(Instant)
    blocked_until: Mapped[datetime | None] = mapped_column(Instant)
