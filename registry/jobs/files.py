"""Which sealed files of `originals/` the database names."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from registry.exchange.models import ExchangeFile
from registry.submissions.bundles.models import Bundle
from registry.submissions.models import Submission

COLUMNS = (Submission.original, Bundle.original, ExchangeFile.original)


def named(asked: Connection | Session) -> Iterator[str]:
    """Yield the names of all sealed files that are to be there."""
    for column in COLUMNS:
        for (name,) in asked.execute(select(column).where(column.is_not(None))):
            yield name
