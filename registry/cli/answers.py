"""How commands answer: one JSON document on standard output, words on standard error, exit
codes.
"""

import sys
from typing import Any

import click
import msgspec

from registry.errors import RegistryError

DONE, FOUND, REFUSED = 0, 1, 2


class Refusal(click.ClickException):
    """A refusal in one line; with --json the code stands in the document too."""

    exit_code = REFUSED

    def __init__(self, error: RegistryError) -> None:
        super().__init__(error.message)
        self.code = error.code


def say(text: str) -> None:
    """Write progress or a remark on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def put(text: str) -> None:
    """Write a line of the answer on standard output."""
    sys.stdout.write(text + "\n")


def put_json(value: Any) -> None:
    """Write the one JSON document of a command."""
    put(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def put_refusal(code: str, message: str) -> None:
    """Write a refusal as JSON."""
    put_json({"refused": {"code": code, "message": message}})
