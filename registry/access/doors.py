"""The guards before views, on record: a test asks every route which one stands before it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")
_MARK = "doors"
OPEN = "open"


def behind(view: Callable[P, Any], enter: Callable[[], Any | None], door: str) -> Callable[P, Any]:
    """Return the view behind a guard: what `enter` answers is the answer, None lets in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        answer = enter()
        return view(*args, **kwargs) if answer is None else answer

    vars(guarded)[_MARK] = (*doors_of(view), door)
    return guarded


def doors_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Return the guards of a view, by what they ask for."""
    doors: tuple[str, ...] = vars(view).get(_MARK, ())
    return doors


def open_to_all(view: Callable[P, Any]) -> Callable[P, Any]:
    """Mark a route as open: it shows nothing of anybody."""
    return behind(view, lambda: None, OPEN)
