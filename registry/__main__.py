"""The `registry` command. The application is put together only for commands that need it: what
reads files alone starts in a quarter of the time.
"""

import sys
from typing import TYPE_CHECKING

from registry.cli.main import main as run

if TYPE_CHECKING:
    from flask import Flask


def main() -> None:
    """Run the command that the process was started with, and exit with its code."""
    sys.exit(run(sys.argv[1:], _application))


def _application() -> "Flask":
    from registry.app import create_app

    return create_app(screens=False)


if __name__ == "__main__":
    main()
