"""Where the figures of the totals lead: each to what it counts, as many."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import g, url_for

from registry.access.roles import Permission
from registry.totals.dimensions import PART, UNION
from registry.totals.queries import Figures
from registry.web.days import Asked
from registry.web.frame import can


class Kind(NamedTuple):
    """Unions that a figure counts: what their list is called, and which are in it."""

    label: str
    has: Callable[[Figures], bool]


KINDS: Mapping[str, Kind] = {
    "should": Kind("应建工会", lambda one: one.unions_should > 0),
    "formed": Kind("已建工会", lambda one: one.unions > 0),
    "not_yet": Kind("未建工会", lambda one: one.unions_not_yet > 0),
    "covered": Kind("已有名册的工会", lambda one: one.unions_covered > 0),
    "employees": Kind("报过职工人数的工会", lambda one: one.employees > 0),
    "pending": Kind("有待审行的工会", lambda one: one.pending_rows > 0),
    "over": Kind("会员多于职工的工会", lambda one: one.unions_over > 0),
    "undeclared": Kind("未报职工人数的工会", lambda one: one.unions_undeclared > 0),
}
_STATES = {"members": "ACTIVE", "retained": "RETAINED"}


class Links(NamedTuple):
    """The links of a table of figures: by what its rows are, and with which facts chosen."""

    by: str
    chosen: Mapping[str, str]
    day: Asked

    def of(self, one: Figures, what: str) -> str:
        """Return where a figure of a row leads, "" where there is nothing more to be seen."""
        return self._to(one, what, self._is_place)

    def of_all(self, what: str) -> str:
        """Return where a figure of the whole place leads."""
        return self._narrowed(g.union.code, what, self.chosen)

    def name(self, one: Figures) -> str:
        """Return where the name of a row leads: to the place, or to the unions with its fact."""
        if self._is_place:
            return self._page(one.code, self.chosen if one.level != "GRASSROOTS" else {})
        return self._page(g.union.code, {**self.chosen, self.by: one.code}, by=UNION)

    @property
    def _is_place(self) -> bool:
        return self.by in (PART, UNION)

    def _to(self, one: Figures, what: str, is_place: bool) -> str:
        if not is_place:
            return self._narrowed(g.union.code, what, {**self.chosen, self.by: one.code})
        if one.level == "GRASSROOTS":
            return self._of_union(one.code, what)
        return self._narrowed(one.code, what, self.chosen)

    def _narrowed(self, code: str, what: str, facts: Mapping[str, str]) -> str:
        if what in _STATES:
            return self._people(code, what, facts)
        if g.union.is_grassroots:
            return self._of_union(code, what)
        return self._page(code, facts, by=UNION, only=what)

    def _of_union(self, code: str, what: str) -> str:
        if what in _STATES:
            return self._people(code, what, {})
        if what == "pending":
            sees = can(Permission.VIEW_SUBMISSIONS) and self.day.argument is None
            return url_for("submissions.sent", code=code, state="UNDER_WAY") if sees else ""
        return url_for("union.page", code=code) if can(Permission.VIEW_UNIONS) else ""

    def _people(self, code: str, what: str, facts: Mapping[str, str]) -> str:
        if not can(Permission.VIEW_MEMBERS):
            return ""
        asked: dict[str, Any] = {**facts, "state": _STATES[what]}
        return url_for("structure.listed", code=code, on=self.day.argument, **asked)

    def _page(self, code: str, facts: Mapping[str, str], **more: str) -> str:
        asked: dict[str, Any] = {**facts, **more}
        return url_for("totals.totals", code=code, on=self.day.argument, **asked)
