"""How a written name came to its union. Pure."""

from enum import StrEnum


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
