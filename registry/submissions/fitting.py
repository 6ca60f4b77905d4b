"""Whether the keys at hand are those that this register was sealed with."""

from sqlalchemy import select, union_all
from sqlalchemy.exc import SQLAlchemyError

from registry.db import db
from registry.members.models import Member
from registry.submissions.models import SubmissionRow
from registry.vault.keyfile import KeyFileError
from registry.vault.vault import VaultError, of_person, vault

_SAMPLE = union_all(
    *(
        select(select(one.person_key, one.document_sealed).where(*sealed).limit(1).subquery())
        for one, sealed in (
            (Member, ()),
            (SubmissionRow, (SubmissionRow.person_key.is_not(None),)),
        )
    )
)


def demand_fitting_keys() -> None:
    """Raise `KeyFileError` where the keys do not open what the register holds: with others all that
    came in would be sealed and hashed beside it, and every member be entered once more.

    An empty register fits all keys, and one that does not answer is not judged.
    """
    try:
        sample = db.session.execute(_SAMPLE).all()
    except SQLAlchemyError:
        db.session.remove()
        return
    db.session.rollback()
    keeper = vault()
    try:
        for key, sealed in sample:
            keeper.open(sealed, of_person("document_number", key))
    except VaultError:
        raise KeyFileError(
            "keys.foreign",
            "密钥文件不是这套数据的：用它打不开已有的数据。请放回原来的密钥文件，数据没有改动。",
        ) from None
