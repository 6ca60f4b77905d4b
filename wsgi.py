"""The application for a WSGI server: `waitress-serve wsgi:application`."""

import sys

from config import UnsafeSettingError
from registry.app import create_app
from registry.vault.keyfile import KeyFileError

try:
    application = create_app()
except (KeyFileError, UnsafeSettingError) as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None
