"""The same pages over 10,000,000 members: as fast as over one million?"""

from bench import register
from bench.ground import Ground
from bench.measures import big_register
from bench.table import Goal, Measured

WHAT = big_register.WHAT
TEN_MILLION = Goal("pages-10m", f"{WHAT}: server CPU at 10,000,000 members", "–", 50, "ms")
# Two runs of one page differ by so much.
GROWTH = Goal("pages-growth", "the page that grew most, 10,000,000 members", "1,000,000", 1.2)
GOALS = (TEN_MILLION, GROWTH)


def measure(ground: Ground) -> list[Measured]:
    """Ask for each page in both registers, in turn."""
    members = 100 * ground.rows
    print(f"{members:,} members: {register.disk_use(members)} of disk for a while", flush=True)
    with ground.place(ground.seeded()) as huge, ground.place(register.million(ground)) as big:
        register.grow(huge, members)
        checked = big_register.recounted(huge)
        rounds = [(big_register.times(big), big_register.times(huge)) for _ in range(ground.rounds)]
    before, after = (
        {name: min(costs[name] for costs in side) for name in big_register.PAGES}
        for side in zip(*rounds, strict=True)
    )
    name = max(after, key=lambda name: after[name] / before[name])
    growth = {f"{name} ms": after[name], f"{name} at 1,000,000 ms": before[name]}
    note = f"{checked:,} members recounted, no difference"
    worst = big_register.slowest(after)
    return [
        Measured(TEN_MILLION, ground.engine, worst, big_register.figures(after), note),
        Measured(GROWTH, ground.engine, after[name] / before[name], growth),
    ]
