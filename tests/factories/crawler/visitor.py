"""Somebody signed in with a browser, who sends forms as they are filled in."""

import io
from collections.abc import Mapping
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.accounts import MadeAccount, csrf_of, sign_in
from tests.factories.crawler.pages import FILE, TOKEN, Filled

# A file to be sent: its name and content.
Upload = tuple[str, bytes]


class Visitor:
    """A browser that somebody has signed in with; its cookies can be put back."""

    def __init__(self, app: Flask, account: MadeAccount, files: Mapping[str, Upload]) -> None:
        self.client: FlaskClient = app.test_client()
        self.folder = Path(app.config["DATA"])
        self._files = files
        sign_in(self.client, account)
        self.token = csrf_of(self.client, "/password")

    def get(self, address: str) -> TestResponse:
        """Open an address, and what it sends on to."""
        return self.client.get(address, follow_redirects=True)

    def send(self, form: Filled, token: str = "", **extra: str) -> TestResponse:
        """Send a form, with another token than it has, and with more fields than it has."""
        fields: dict[str, list[object]] = {name: [value] for name, value in extra.items()}
        for name, value in form.fields:
            fields.setdefault(name, []).append(self._sent(value))
        own = token or next((value for name, value in form.fields if name == TOKEN), self.token)
        fields[TOKEN] = [own]
        headers = {"HX-Request": "true", "X-CSRFToken": own} if form.by_htmx else {}
        return self.client.post(form.address, data=fields, headers=headers)

    def _sent(self, value: str) -> object:
        """Return what a field sends: a file for where its label asks for one."""
        if not value.startswith(FILE):
            return value
        name, content = next(file for word, file in self._files.items() if word in value)
        return io.BytesIO(content), name

    def cookies(self) -> dict[object, object]:
        """Return the cookies, to be put back by `take`."""
        return dict(self.client._cookies)

    def take(self, cookies: dict[object, object]) -> None:
        """Put cookies back."""
        self.client._cookies = dict(cookies)
