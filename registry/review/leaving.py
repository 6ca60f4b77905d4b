"""A person who leaves: the account is closed, and what they had taken to review is free again."""

from registry.access.actor import Actor
from registry.accounts.closing import close
from registry.accounts.managing import managed
from registry.db import transaction
from registry.review.assigning import free
from registry.trail.operations import hold


def close_account(account_id: int, reason: str, *, actor: Actor) -> None:
    """Close an account that the actor manages; raises as `closing.close` and `managed`."""
    with transaction() as session:
        hold(session, actor.county)
        account = managed(session, account_id, actor)
        close(session, account, reason, actor)
        free(session, account.id, actor)
