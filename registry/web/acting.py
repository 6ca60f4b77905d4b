"""Acting as a deputy: which desk the browser works at. The cookie holds a wish only; whether it
holds is asked of the database at every request.
"""

from flask import flash, session

from registry.accounts.deputies import acting
from registry.accounts.sessions import SignedIn
from registry.db import db

ACTING = "acting"


def at_the_desk(signed_in: SignedIn) -> SignedIn:
    """Return who is signed in, as the deputy they chose to act as and still are."""
    number = session.get(ACTING)
    if number is None:
        return signed_in
    found = acting(db.session(), signed_in.actor, number)
    if found is None:
        session.pop(ACTING)
        flash("代理已经结束，您回到了自己的工作台。", "warning")
        return signed_in
    actor, place_name = found
    return signed_in._replace(actor=actor, place_name=place_name)
