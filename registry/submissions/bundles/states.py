"""Where a bundle stands, and how a name in it came to its union. Pure."""

from enum import StrEnum


class BundleState(StrEnum):
    """Where a bundle stands; the progress of the work on it is the batch's."""

    READING = "READING"
    MAPPING = "MAPPING"  # waits for a person: these unions, right?
    SPLITTING = "SPLITTING"
    DONE = "DONE"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "READING": "读取中",
            "MAPPING": "待核对工会",
            "SPLITTING": "校验拆分中",
            "DONE": "已拆分报送",
            "REFUSED": "无法读取",
            "CANCELLED": "已放弃",
        }[self]

    @property
    def tone(self) -> str:
        """The colour of the state on the screen."""
        return {"READING": "blue", "MAPPING": "amber", "SPLITTING": "blue", "DONE": "green"}.get(
            self, "grey"
        )


# In these a person may still stop it: nothing of it is visible yet.
OPEN = frozenset({BundleState.READING, BundleState.MAPPING, BundleState.SPLITTING})


class How(StrEnum):
    """How a written name came to its union; `OPEN` ones wait for an answer."""

    OPEN = "OPEN"
    NAME = "NAME"
    CODE = "CODE"
    ALIKE = "ALIKE"
    CHOSEN = "CHOSEN"
    LEFT_OUT = "LEFT_OUT"

    @property
    def label(self) -> str:
        """What is said of it on the screen."""
        return {
            "OPEN": "待确认",
            "NAME": "名称一致",
            "CODE": "代码一致",
            "ALIKE": "只差“玉环市”“工会委员会”一类字样",
            "CHOSEN": "人工选定",
            "LEFT_OUT": "不报这些行",
        }[self]
