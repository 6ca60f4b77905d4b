"""Setting the clock: `now` as every package that imported it reads it."""

import sys
from datetime import datetime

import pytest

from registry import clock

_true_now = clock.now


def set_clock(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    """Make `now()` return this instant everywhere in the product until the end of the test."""

    def now() -> datetime:
        return instant

    now.is_set = True
    for name, module in list(sys.modules.items()):
        if name.startswith("registry.") and hasattr(module, "now"):
            present = module.now
            if present is _true_now or getattr(present, "is_set", False):
                monkeypatch.setattr(module, "now", now)
