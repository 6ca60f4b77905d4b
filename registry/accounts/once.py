"""Forms that were sent: the same again, from the same page, is not done a second time.

What is kept is a hash of the page's token and of all that was sent, so that nothing of a form
stays; and where its answer led, so that the same again can be led there.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.accounts.models import FormSent
from registry.clock import now
from registry.db import setting, transaction
from registry.errors import Repeated

ADDRESS_LENGTH = 400


def demand_first(session: Session, county: str, key: bytes) -> None:
    """Return for a form that was not sent yet; raises `Repeated`."""
    known = select(FormSent.key).where(FormSent.county == county, FormSent.key == key)
    if session.scalar(known) is not None:
        raise _repeated()


def claim(session: Session, county: str, key: bytes) -> None:
    """Note in the act's own transaction that a form is sent: no note, no act, and the other way
    round. Raises `Repeated` where somebody was first.
    """
    try:
        session.execute(insert(FormSent).values(county=county, key=key, sent_at=now()))
    except IntegrityError:
        raise _repeated() from None


def keep_answer(county: str, key: bytes, address: str) -> None:
    """Note where the answer to a form led."""
    with transaction() as session:
        session.execute(
            update(FormSent)
            .where(FormSent.county == county, FormSent.key == key)
            .values(answer=address[:ADDRESS_LENGTH])
        )


def answer_of(session: Session, county: str, key: bytes) -> str | None:
    """Return where the answer to a form led, None where it was no other page, or is not known."""
    query = select(FormSent.answer).where(FormSent.county == county, FormSent.key == key)
    return session.scalar(query)


def sweep(session: Session, at: datetime) -> None:
    """Forget what was sent so long ago that nobody sends it again."""
    kept = timedelta(hours=setting("REQUEST_KEY_HOURS"))
    session.execute(delete(FormSent).where(FormSent.sent_at < at - kept))


def _repeated() -> Repeated:
    return Repeated("form.repeated", "这一步刚才已经办好了，没有重复办理。")
