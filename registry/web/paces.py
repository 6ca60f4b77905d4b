"""How far a place is beside the time, in words."""

from typing import NamedTuple

from registry.campaigns.targets import Figure
from registry.totals.metrics import Ratio
from registry.web.charts import hundredths


class Pace(NamedTuple):
    """What is done of the target and what has gone of the time, and how they stand to each other
    in words.
    """

    done: Ratio
    time: Ratio
    words: str


def pace_of(figure: Figure) -> Pace:
    """Return how a place with a target stands beside the time."""
    done, time = Ratio(figure.done, figure.target), Ratio(figure.days_gone, figure.days)
    # In tenths of a percentage point, as the two shares are shown.
    ahead = (hundredths(done) - hundredths(time)) // 10
    if not ahead:
        return Pace(done, time, "与时间同步")
    word = "超前" if ahead > 0 else "落后"
    return Pace(done, time, f"{word} {abs(ahead) // 10}.{abs(ahead) % 10} 个百分点")
