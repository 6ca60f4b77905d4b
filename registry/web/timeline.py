"""What happened, as `components/timeline.html` shows it."""

from typing import NamedTuple


class Event(NamedTuple):
    """Something that happened: when, what, who and why; where it leads, and how long ago."""

    at: str
    title: str
    who: str
    note: str
    tone: str
    icon: str
    href: str = ""
    ago: str = ""
