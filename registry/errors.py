"""The errors of the product: each has a code and a Chinese sentence with the way out.

Findings on people's data are no exceptions (see `registry.roster.findings`); an exception here
means that an act was refused and nothing was changed.
"""

import logging
import secrets

# When to come back while the database is away; it mostly is for a few seconds.
RETRY_SECONDS = 30


class RegistryError(Exception):
    """An act was refused.

    `code` is stable and English (from `seeds/rules.csv` for files, else from the callers below);
    `message` is the sentence shown to the person: what is the matter and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RosterRefused(RegistryError):
    """A file cannot be taken as a roster; the code is a `refused` rule of `seeds/rules.csv`."""


class NotFound(RegistryError):
    """The thing does not exist, or lies outside the actor's part of the tree."""


class NotSignedIn(RegistryError):
    """Who asks has not shown who they are."""


class Forbidden(RegistryError):
    """The actor sees the place but lacks the permission there."""


class StateRefused(RegistryError):
    """The act does not fit the present state, for example submitting a withdrawn draft."""


class Repeated(RegistryError):
    """The very same was asked before, and done."""


class InputRefused(RegistryError):
    """A value given by the actor cannot be taken."""


class Busy(RegistryError):
    """Too many attempts or another act in progress: later it may succeed."""


class Unavailable(RegistryError):
    """For now nothing can be written (see `registry.storage`)."""


def log_incident(logger: logging.Logger, what: str, error: BaseException) -> str:
    """Write a fault of ours to the log; returns the number under which it stands there, which the
    person can read to us.
    """
    incident = secrets.token_hex(4).upper()
    logger.error("incident %s: %s", incident, what, exc_info=error)
    return incident
