"""The log keeper's act on the trail, behind its permission (the trail itself knows no
permissions).
"""

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.trail import verification
from registry.trail.verification import Verification


def verify(*, actor: Actor) -> Verification:
    """Recompute all chains and write the outcome on the trail.

    Raises `NotFound` / `Forbidden` without the permission.
    """
    demand(actor, Permission.VIEW_TRAIL, actor.path)
    return verification.verify(actor)
