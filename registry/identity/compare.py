"""Two document numbers beside each other, said without showing either."""

_MOST_NAMED = 4


def told_apart(one: str, other: str) -> str:
    """Return in words how two numbers differ: which places, counted from 1, never what stands
    there.
    """
    if one == other:
        return "号码相同"
    if len(one) != len(other):
        return f"位数不同（{len(one)} 位与 {len(other)} 位）"
    places = [at for at, pair in enumerate(zip(one, other, strict=True), 1) if len(set(pair)) > 1]
    if len(places) > _MOST_NAMED:
        return f"有 {len(places)} 位不同"
    return f"只有第 {'、'.join(map(str, places))} 位不同"
