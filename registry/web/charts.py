"""What charts are drawn from: plain numbers and words, which the table beside each says too."""

from collections.abc import Sequence
from typing import Any

from registry.dashboard.growth import Point
from registry.totals.metrics import METRIC_LABELS, Ratio
from registry.totals.queries import Figures
from registry.web.filters import day


def growth_chart(points: Sequence[Point], place: str) -> dict[str, Any]:
    """Return the lines of a place's members, of even progress, and the targets."""
    return {
        "kind": "growth",
        "title": f"{place}会员增长",
        "days": [day(one.day) for one in points],
        "members": [one.members for one in points],
        "planned": [one.planned for one in points],
        "targets": [one.target for one in points],
    }


def ranking_chart(parts: Sequence[Figures], metric: str, place: str) -> dict[str, Any]:
    """Return the bars of parts by a metric, in hundredths of a percent."""
    rates = [one.metrics[metric] for one in parts]
    return {
        "kind": "ranking",
        "title": f"{place}各单位{METRIC_LABELS[metric]}",
        "names": [one.name for one in parts],
        "rates": [max(hundredths(one), 0) for one in rates],
        "labels": [one.shown for one in rates],
    }


def ranked_by(parts: Sequence[Figures]) -> str:
    """Return the metric by which parts are ranked: how far they are with their targets where they
    have any, else their membership rate.
    """
    aimed = any(one.metrics["target_rate"].denominator for one in parts)
    return "target_rate" if aimed else "membership_rate"


def ranked(parts: Sequence[Figures], metric: str) -> list[Figures]:
    """Return parts by a metric, the highest first; those of which it cannot be said last."""
    return sorted(parts, key=lambda one: (-hundredths(one.metrics[metric]), one.code))


def hundredths(rate: Ratio) -> int:
    """Return a share in hundredths of a percent, rounded down; -1 where there is nothing to
    share.
    """
    return rate.numerator * 10_000 // rate.denominator if rate.denominator else -1
