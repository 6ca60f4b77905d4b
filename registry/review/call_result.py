"""What a call to a sampled person may come to."""

from enum import StrEnum


class CallResult(StrEnum):
    """What a person who was called back said of the row."""

    TRUE = "TRUE"
    FALSE = "FALSE"
    UNREACHED = "UNREACHED"

    @property
    def label(self) -> str:
        """The result's name on the screen."""
        return {"TRUE": "属实", "FALSE": "不属实", "UNREACHED": "联系不上"}[self]
