"""The application for a WSGI server: `waitress-serve wsgi:application`."""

import sys

from config import UnsafeSettingError
from registry.app import create_app
from registry.errors import RegistryError

try:
    application = create_app()
except (RegistryError, UnsafeSettingError) as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None
