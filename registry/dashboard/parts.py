"""Which part of a place something is of. Pure."""

from registry.unions.queries import Union


def part_of(place: Union, path: str) -> str:
    """Return the code of the part directly below a place in which a path lies, the place's own code
    for what is the place's itself.
    """
    return path.removeprefix(place.path).partition("/")[0] or place.code
