"""The application for a WSGI server: `waitress-serve wsgi:application`."""

import sys

from config import UnsafeSettingError
from registry.app import create_app
from registry.errors import RegistryError
from registry.submissions.fitting import demand_fitting_keys

try:
    application = create_app()
    with application.app_context():
        demand_fitting_keys()
except (RegistryError, UnsafeSettingError) as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None
