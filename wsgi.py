"""The application for a WSGI server: `waitress-serve wsgi:application`."""

import os
import sys

import config
from registry.app import create_app
from registry.errors import RegistryError
from registry.submissions.fitting import demand_fitting_keys
from registry.trail import settings

try:
    application = create_app()
    with application.app_context():
        demand_fitting_keys()
except (RegistryError, config.UnsafeSettingError) as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None

settings.note_when_possible(application.app_context, "site", *config.chosen(os.environ))
