"""The guards before views, on record: a test asks every route which one stands before it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")
_MARK, _LATELY = "doors", "asks_lately"
OPEN = "open"


def behind(
    view: Callable[P, Any], enter: Callable[[], Any | None], door: str, *, fresh: bool = False
) -> Callable[P, Any]:
    """Return the view behind a guard: what `enter` answers is the answer, None lets in. `fresh`
    says that it asks for the password where that was not given lately.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        answer = enter()
        return view(*args, **kwargs) if answer is None else answer

    vars(guarded)[_MARK] = (*doors_of(view), door)
    vars(guarded)[_LATELY] = fresh
    return guarded


def doors_of(view: Callable[..., Any]) -> tuple[str, ...]:
    """Return the guards of a view, by what they ask for."""
    doors: tuple[str, ...] = vars(view).get(_MARK, ())
    return doors


def asks_lately(view: Callable[..., Any]) -> bool:
    """Tell whether a view's guard asks for the password where that was not given lately."""
    return bool(vars(view).get(_LATELY))


def open_to_all(view: Callable[P, Any]) -> Callable[P, Any]:
    """Mark a route as open: it shows nothing of anybody."""
    return behind(view, lambda: None, OPEN)
