"""What templates write again and again: addresses and marks, each worked out once and kept."""

from functools import lru_cache
from typing import Any

from flask import Flask, request

_ADDRESSES = 4096
_MARKS = 1024


def install(app: Flask) -> None:
    """Give templates `url_for` and `drawn_once`."""
    app.add_template_global(drawn_once)
    app.add_template_global(_kept_addresses(app), "url_for")


def drawn_once(macro: Any) -> Any:
    """Return a macro that draws each mark once; for macros of which nothing but the arguments,
    plain values, says what they draw.
    """
    # By type too: markup equals the text that it is written as, and only text is escaped.
    return lru_cache(_MARKS, typed=True)(macro)


def _kept_addresses(app: Flask) -> Any:
    """Return Flask's `url_for` for paths on this site, which a page of fifty rows asks for a
    hundred times. What an address depends on is its endpoint, its values and where the site is
    mounted.
    """

    @lru_cache(_ADDRESSES, typed=True)
    def built(_mounted_at: str, endpoint: str, /, **values: Any) -> str:
        return app.url_for(endpoint, **values)

    def url_for(endpoint: str, /, **values: Any) -> str:
        if any(isinstance(value, str) and not value.isascii() for value in values.values()):
            # A name that somebody searched for is kept nowhere.
            return app.url_for(endpoint, **values)
        return built(request.script_root, endpoint, **values)

    return url_for
