"""What only an operator can do, at the machine itself: the last administrator lost the second
factor, and nobody is left who could reset it on the page.
"""

from registry.access.roles import Role
from registry.accounts import factors, queries
from registry.accounts.names import clean_name, judge_reason
from registry.accounts.states import AccountState
from registry.db import transaction
from registry.errors import StateRefused
from registry.trail.operations import OPERATOR, hold, record


def reset_factors(name: str, reason: str, *, all_lost: bool = False) -> int:
    """Take away the second factors of an administrator and end their sessions; returns how many
    factors there were. Where the role demands one it is set up anew at the next sign-in.

    `all_lost` says that no other administrator can sign in either. Raises `InputRefused` without a
    reason, `NotFound` for an unknown account, `StateRefused` where it has no factor (factor.none)
    or an administrator can do it on the page (factor.on_page).
    """
    why = judge_reason(reason, "重置")
    with transaction() as session:
        account = queries.find_named(session, clean_name(name))
        hold(session, account.county)
        others = queries.count_others(session, account, Role.ADMINISTRATOR)
        is_one = Role.ADMINISTRATOR in account.roles and account.state is AccountState.OPEN
        if not is_one or (others and not all_lost):
            raise StateRefused(
                "factor.on_page",
                f"账号 {account.name} 的第二步验证由能登录的系统管理员在网站“账号管理”里重置；"
                "系统管理员全都登录不了时，才用本命令重置其中一位的（加 --all-lost）。",
            )
        count = factors.take_all(session, account)
        record(
            session,
            "account.factor_reset",
            actor=None,
            actor_name=OPERATOR,
            county=account.county,
            place=account.place,
            detail={"account": account.name, "count": count, "reason": why},
        )
    return count
