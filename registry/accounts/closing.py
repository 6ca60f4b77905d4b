"""Closing the account of a person who left: all that it opened ends, its name stays taken."""

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts.managing import demand_another, lock_out
from registry.accounts.models import Account, Deputy
from registry.accounts.names import judge_reason
from registry.accounts.queries import AccountView
from registry.accounts.states import Act, demand_act
from registry.clock import now, today
from registry.trail.operations import record


def close(session: Session, account: AccountView, reason: str, actor: Actor) -> None:
    """Close an account that the actor manages, in the caller's transaction, which holds the trail.

    Ends sessions, tokens, the invitation and deputies. Raises `InputRefused` without a reason,
    `StateRefused` for one that is closed, or the last of its kind.
    """
    why = judge_reason(reason, "注销")
    demand_act(account, Act.CLOSE)
    demand_another(session, account)
    lock_out(session, account, actor)
    session.execute(
        update(Account)
        .where(Account.id == account.id)
        .values(closed_at=now(), closed_why=why, password_hash="")
    )
    ended = session.scalars(
        update(Deputy)
        .where(
            Deputy.county == account.county,
            or_(Deputy.principal_id == account.id, Deputy.deputy_id == account.id),
            Deputy.ended_at.is_(None),
            Deputy.last_day >= today(),
        )
        .values(ended_at=now(), ended_by=actor.account_id)
        .returning(Deputy.id),
        execution_options={"synchronize_session": False},
    ).all()
    detail = {"account": account.name, "reason": why, "deputies": sorted(ended)}
    record(session, "account.close", actor=actor, place=account.place, detail=detail)
