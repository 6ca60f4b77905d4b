"""How the code inside the sandbox says that a file cannot be taken.

The child knows only the code and the facts; the parent turns them into a sentence
(`registry.roster.messages`), so that the child loads nothing it does not need.
"""


class Refusal(Exception):
    """`code` is a refused rule of `seeds/rules.csv`; `facts` are plain values for its sentence."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def too_many_cells(most: int) -> Refusal:
    """Return the refusal of a sheet with more than `most` cells."""
    limit = f"{most // 10_000} 万个" if most >= 10_000 else f"{most} 个"
    return Refusal("file.too_large", what="的单元格数", limit=limit)


def damaged(why: str) -> Refusal:
    """Return the refusal of a broken file; `why` is English and for tests and logs only."""
    return Refusal("file.damaged", why=why)
