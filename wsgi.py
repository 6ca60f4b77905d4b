"""The application for a WSGI server: `waitress-serve wsgi:application`."""

import logging
import os
import sys

from sqlalchemy.exc import SQLAlchemyError

import config
from registry.app import create_app
from registry.errors import RegistryError
from registry.trail import settings

try:
    application = create_app()
except (RegistryError, config.UnsafeSettingError) as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(2) from None

with application.app_context():
    try:
        settings.note("site", *config.chosen(os.environ))
    except SQLAlchemyError:
        # The site starts without its database too, and says so on every page until it is there.
        logging.getLogger("registry").warning("settings are not on the trail: no database")
