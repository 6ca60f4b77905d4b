"""Where a bundle stands. Pure."""

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
