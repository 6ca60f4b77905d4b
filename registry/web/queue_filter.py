"""What the queue is narrowed to, as its address says it."""

from collections.abc import Iterable
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session

from registry.review import queue
from registry.review.queue import Order, QueueLine, Who
from registry.submissions.queries import SubmissionView
from registry.submissions.risk import Risk
from registry.submissions.states import REVIEWABLE, Kind
from registry.unions.queries import Union

FILTERS = ("search", "state", "kind", "risk", "who", "order")


def chosen() -> dict[str, str]:
    """Return what the address names, by filter; empty where it names nothing."""
    return {name: request.args.get(name, "").strip() for name in FILTERS}


def named(asked: dict[str, str]) -> dict[str, Any]:
    """Return only what was named, to be said in an address again."""
    return {name: value for name, value in asked.items() if value}


def matching(
    session: Session,
    union: Union,
    asked: dict[str, str],
    *,
    limit: int,
    after: SubmissionView | None = None,
) -> list[QueueLine]:
    """Return what waits below a union and meets what was asked, `limit` at most."""
    return queue.queue(
        session,
        union.county,
        union.path,
        states=_meant(REVIEWABLE, asked["state"]),
        kinds=_meant(Kind, asked["kind"]),
        risks=_meant(Risk, asked["risk"]),
        who=next((one for one in Who if one.value == asked["who"]), None),
        account_id=g.actor.account_id,
        search=asked["search"],
        order=Order.AGE if asked["order"] == Order.AGE else Order.RISK,
        after=after,
        limit=limit,
    )


def _meant(values: Iterable[Any], asked: str) -> list[Any]:
    """Return the one that the address names, else all."""
    return [one for one in values if str(one.value) == asked] or list(values)
