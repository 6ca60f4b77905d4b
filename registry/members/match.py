"""What a roster row means against the register. Pure."""

from enum import StrEnum


class Match(StrEnum):
    """What a good row means against the register."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    TRANSFER = "TRANSFER"
    CONFLICT = "CONFLICT"
    LEAVE = "LEAVE"
    RETAIN = "RETAIN"

    @property
    def label(self) -> str:
        """The match's name on the screen."""
        return {
            "NEW": "新会员",
            "CHANGED": "信息变更",
            "UNCHANGED": "无变化",
            "TRANSFER": "在其他工会在册",
            "CONFLICT": "同号不同名",
            "LEAVE": "离会",
            "RETAIN": "保留会籍",
        }[self]
