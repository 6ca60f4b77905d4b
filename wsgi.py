"""The application for a WSGI server: `waitress-serve wsgi:application`."""

import logging
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

import config
from registry.app import create_app
from registry.errors import RegistryError, Unavailable
from registry.submissions.fitting import demand_fitting_keys
from registry.trail import settings

try:
    application = create_app()
    with application.app_context():
        demand_fitting_keys()
except (RegistryError, config.UnsafeSettingError) as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None

with application.app_context():
    try:
        settings.note("site", *config.chosen(os.environ))
    except (SQLAlchemyError, Unavailable):
        # The site starts without its database too, or with a storage at fault, and says so on every
        # page until that is over.
        logging.getLogger("registry").warning("settings are not on the trail: it cannot be written")
