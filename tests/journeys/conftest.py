"""People at their desks: signed in to the real site, in a browser of their own.

With `JOURNEY_PICTURES` set to a folder every step that a journey names is kept there as a picture.
"""

import os
from pathlib import Path

import pytest

from tests.fixtures.demo import PASSWORD
from tests.journeys.steps import sign_in

# What the browser says of every answer that is no success: journeys meet these on purpose.
_NO_SUCCESS = "Failed to load resource: the server responded with a status of 4"


@pytest.fixture
def desk(new_page, demo_site):
    """Return a function that signs somebody in and returns the page; options are the context's.

    Whatever the browser's console reports as an error, breaches of the content security policy
    among it, fails the journey.
    """
    reported = []

    def sit_down(account="", *, site=None, password=PASSWORD, **options):
        page = new_page(base_url=(site or demo_site).address, **options)
        page.on("console", lambda message: _note(message, reported))
        page.goto("/sign-in")
        if account:
            sign_in(page, account, password)
            page.wait_for_url("**/home")
        return page

    yield sit_down
    assert not reported, reported


@pytest.fixture
def picture(request):
    """Return a function that keeps a picture of a page, where somebody wants to see them."""
    folder = os.environ.get("JOURNEY_PICTURES")
    taken = []

    def take(page, what, whole=False):
        if folder:
            taken.append(what)
            name = f"{request.node.name}-{len(taken):02}-{what}.png"
            page.screenshot(path=Path(folder) / name, full_page=whole)

    return take


def _note(message, reported):
    if message.type == "error" and not message.text.startswith(_NO_SUCCESS):
        reported.append(f"{message.text} ({message.location.get('url')})")
