"""The demo: Yuhuan's tree, 606 invented unions with their accounts, some more that are still to be
formed, and rosters in every state.
"""

from collections.abc import Callable
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.passwords import hash_password, one_time
from registry.db import transaction
from registry.unions.models import Level, TradeUnion
from seeds.accounts import demo_accounts, lay_accounts
from seeds.campaigns import register_members
from seeds.dealings import deal
from seeds.employers import Employer, invent_employers
from seeds.register import fill_register
from seeds.samples import sample_people, send_samples
from seeds.unions import lay_headcounts, lay_unions
from seeds.yuhuan import COUNTY, record_seed, seed_tree

SEED = 331083

__all__ = ["seed_demo", "seed_tree"]


def seed_demo(password: str, say: Callable[[str], None]) -> dict[str, int]:
    """Fill the installation with the demo; what is there already stays as it is.

    `password` becomes that of all demo accounts where these are new; where it is blank, a random
    one is chosen and said once. `say` is told what is being done. Returns how much was added:
    unions, accounts, rosters; all 0 on a second run. A run that was killed is simply started again.
    """
    employers = invent_employers(Random(SEED))  # noqa: S311 - nothing secret
    added = {"unions": seed_tree(), "accounts": 0, "rosters": 0}
    chosen = password or one_time()
    with transaction() as session:
        if not _has_grassroots(session):
            say(f"建立 {len(employers)} 家基层工会和演示账号")
            unions, added["accounts"] = _lay(session, employers, hash_password(chosen))
            added["unions"] += unions
    if added["accounts"] and not password:
        say(f"演示账号的密码：{chosen}")
    added["unions"] += fill_register(employers, say)
    people = sample_people(employers)
    added["rosters"] = send_samples(employers, people, say)
    deal(employers, people, say)
    register_members(say)
    return added


def _has_grassroots(session: Session) -> bool:
    query = select(TradeUnion.code).where(
        TradeUnion.county == COUNTY, TradeUnion.level == Level.GRASSROOTS
    )
    return session.scalar(query.limit(1)) is not None


def _lay(session: Session, employers: list[Employer], password_hash: str) -> tuple[int, int]:
    chance = Random(SEED)  # noqa: S311 - nothing secret
    accounts = demo_accounts([employer.code for employer in employers], chance)
    unions = lay_unions(session, employers)
    lay_headcounts(session, employers, chance)
    count = lay_accounts(session, accounts, password_hash)
    record_seed(session, {"unions": unions, "accounts": count})
    return unions, count
