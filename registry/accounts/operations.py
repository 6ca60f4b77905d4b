"""What happens to accounts that exist: locking, new passwords, roles."""

from collections.abc import Iterable

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission, Role
from registry.access.scopes import offered
from registry.accounts import invitations, mailing, policies, tokens
from registry.accounts.managing import (
    demand_another,
    end_access,
    judge_roles,
    lock_out,
    managed,
    record_ended,
)
from registry.accounts.models import Account, AccountRole
from registry.accounts.opening import Slip, insert_roles
from registry.accounts.queries import AccountView
from registry.accounts.states import Act, demand_act
from registry.db import transaction
from registry.trail import operations as trail


def lock(account_id: int, *, actor: Actor) -> None:
    """Lock an account, end its sessions and tokens; what the person did stays as it is."""
    with transaction() as session:
        trail.hold(session, actor.county)
        account = managed(session, account_id, actor)
        demand_act(account, Act.LOCK)
        demand_another(session, account)
        lock_out(session, account, actor)
        _record(session, "account.lock", account, actor)


def unlock(account_id: int, *, actor: Actor) -> None:
    """Let a locked account sign in again, with the password it had."""
    with transaction() as session:
        trail.hold(session, actor.county)
        account = managed(session, account_id, actor)
        demand_act(account, Act.UNLOCK)
        session.execute(update(Account).where(Account.id == account.id).values(is_locked=False))
        _record(session, "account.unlock", account, actor)


def reset_password(account_id: int, *, actor: Actor) -> Slip:
    """Invite a person anew to choose a password; the old one, sessions and tokens are dead."""
    with transaction() as session:
        trail.hold(session, actor.county)
        account = managed(session, account_id, actor)
        demand_act(account, Act.INVITE)
        policies.keep_former(session, account.county, account.id)
        session.execute(
            update(Account)
            .where(Account.id == account.id)
            .values(password_hash="", must_change_password=False)
        )
        end_access(session, account, actor)
        codes, expires_at = invitations.invite(session, account.county, [account.id])
        mail = mailing.mail_of(session, account.id)
        _record(session, "account.reset", account, actor)
    return Slip(
        account.place,
        account.place_name,
        account.display_name,
        account.name,
        codes[0],
        expires_at,
        mail,
    )


def set_roles(account_id: int, roles: Iterable[Role], *, actor: Actor) -> None:
    """Give an account exactly these roles; they hold from its next request on. Tokens for more than
    these roles may end.

    Raises `StateRefused` for roles that may not meet or do not fit the account's place.
    """
    wanted = frozenset(roles)
    with transaction() as session:
        trail.hold(session, actor.county)
        account = managed(session, account_id, actor)
        demand(actor, Permission.MANAGE_ACCOUNTS, account.path)
        judge_roles(wanted, account.level)
        demand_act(account, Act.SET_ROLES)
        demand_another(session, account, but=wanted)
        session.execute(delete(AccountRole).where(AccountRole.account_id == account.id))
        insert_roles(session, [(account.id, wanted)])
        trail.record(
            session,
            "account.roles",
            actor=actor,
            place=account.place,
            detail={
                "account": account.name,
                "before": sorted(account.roles),
                "after": sorted(wanted),
            },
        )
        beyond = tokens.end_beyond(session, account.id, account.county, offered(wanted))
        record_ended(session, account, beyond, actor)


def record_refusal(*, actor: Actor, place: str, what: str, code: str) -> None:
    """Write on the trail that somebody tried what they may not; `what` names the route."""
    with transaction() as session:
        trail.record(
            session,
            "access.refused",
            actor=actor,
            place=place[:16],
            result=f"refused:{code}"[:48],
            detail={"what": what},
        )


def _record(session: Session, action: str, account: AccountView, actor: Actor) -> None:
    trail.record(
        session, action, actor=actor, place=account.place, detail={"account": account.name}
    )
