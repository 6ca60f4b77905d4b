"""While the storage is at fault nothing is changed, and every page says so."""

from typing import Any

from flask import Flask, current_app, request

from registry.storage import fault_in, refuse_writing

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask) -> None:
    """Refuse what would change something before anything of it is read; give pages the banner."""
    app.before_request(_refuse)
    app.context_processor(_banner)


def _refuse() -> None:
    if request.method not in _HARMLESS:
        refuse_writing(current_app.config["DATA"])


def _banner() -> dict[str, Any]:
    fault = fault_in(current_app.config["DATA"])
    return {"storage_fault": fault and fault.label}
