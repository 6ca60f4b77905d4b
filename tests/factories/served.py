"""An application of the tests at an address of its own, for a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from tests.factories.accounts import MadeAccount, sign_in


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application until the end; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def seat(page: Any, app: Flask, site: str, account: MadeAccount) -> None:
    """Give a browser the cookie of somebody who has signed in: quicker than to do it there."""
    client = app.test_client()
    sign_in(client, account)
    name = app.config["SESSION_COOKIE_NAME"]
    page.context.add_cookies([{"name": name, "value": client.get_cookie(name).value, "url": site}])
