"""The detector over who looks at people: accounts that came near what one may see in a day."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from registry.accounts.models import Account
from registry.anomalies.facts import Fact
from registry.anomalies.kinds import AnomalyKind
from registry.clock import local_day
from registry.members.harvest import MANY
from registry.trail.models import LOOKING, TrailEntry


def harvests(session: Session, county: str) -> Iterator[Fact]:
    """Yield, for each account and day, that it had so many numbers shown or looked up."""
    query = (
        select(Account.id, Account.place, TrailEntry.number, TrailEntry.at, TrailEntry.detail)
        .join(Account, Account.id == TrailEntry.actor_id)
        .where(text(LOOKING), TrailEntry.county == county, TrailEntry.action == MANY)
        .order_by(TrailEntry.number)
    )
    found: dict[tuple[int, str, str], list[tuple[int, str]]] = defaultdict(list)
    for account, place, number, at, detail in session.execute(query):
        told = msgspec.json.decode(detail)
        words = f"{told['within']}内{told['what']} {told['times']} 次"
        found[account, place, str(local_day(at))].append((number, words))
    for (account, place, day), entries in found.items():
        said = "，".join(dict.fromkeys(words for _, words in entries))
        yield Fact(
            AnomalyKind.HARVEST,
            place,
            f"{account}:{day}",
            [number for number, _ in entries],
            f"{day} {said}，接近或达到上限。",
            account_id=account,
        )
