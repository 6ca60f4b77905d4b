"""Workbooks made to hurt, by name: each is refused in plain words or read right."""

from collections.abc import Callable

from tests.factories.hostile import cells, containers, markup, others

Make = Callable[[], bytes]

# Those that nobody may take for a roster.
REFUSED: dict[str, Make] = containers.REFUSED | markup.REFUSED | cells.REFUSED | others.REFUSED
# Those in which a person stands at row 2 after all; a reader may give up on them as well.
DOUBTFUL: dict[str, Make] = containers.DOUBTFUL | markup.DOUBTFUL | cells.DOUBTFUL | others.DOUBTFUL
FILES = REFUSED | DOUBTFUL
