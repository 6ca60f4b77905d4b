"""Sealing everything again: with a new key and the other set, killed half-way, and meanwhile."""

import pytest
import sqlalchemy as sa

from registry.db import db, setting, transaction
from registry.jobs import resealing
from registry.members.models import Member
from registry.review.operations import approve
from registry.submissions import originals
from registry.submissions.models import Submission, SubmissionRow
from registry.trail.queries import entries, verify
from registry.vault import keyfile
from registry.vault.suites import SM
from registry.vault.vault import of_person, of_row, vault
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in
from tests.factories.schema import whole_metadata
from tests.factories.unions import COUNTY

COLUMNS = [
    column
    for table in whole_metadata().tables.values()
    for column in table.columns
    if column.name.endswith("sealed")
]


def heads():
    """Return how the sealed values and originals of the installation begin."""
    db.session.rollback()
    values = [value for column in COLUMNS for value in db.session.scalars(sa.select(column))]
    values += [path.read_bytes() for path in (setting("DATA") / "originals").iterdir()]
    return {value[:3] for value in values if value is not None}


def test_every_sealed_column_is_sealed_again():
    done = {(one.model.__tablename__, name) for one in resealing._TABLES for name in one.columns}
    assert done == {(column.table.name, column.name) for column in COLUMNS}


def test_killed_half_way_and_an_act_that_ends_with_the_former_key(register, monkeypatch):
    monkeypatch.setattr(resealing, "CHUNK", 2)
    people, clerk = make_people(5), make_clerk()
    number = send_in(make_roster(people), clerk)
    approve(number, actor=make_reviewer())
    content = make_roster(people[:3], {0: {"full_name": ""}})
    draft = take_in(content, clerk)
    former = vault()
    assert heads() == {former.current_head}

    def is_killed(_line):
        raise KeyboardInterrupt

    keyfile.add_key(register.config["DATA"])
    register.config["CRYPTOGRAPHY"] = SM.name
    with pytest.raises(KeyboardInterrupt):
        resealing.reseal_all(is_killed)
    wanted = bytes([SM.number, 0, 2])
    assert heads() == {former.current_head, wanted}

    def write_behind(line):
        """Once the pass is over the roster's rows, write one as an act that began before would."""
        row = sa.select(SubmissionRow).where(SubmissionRow.submission_id == number)
        with transaction() as session:
            first = session.scalars(row.order_by(SubmissionRow.row)).first()
            context = of_row(COUNTY, number, first.row)
            if line.startswith("submission_row") and not written:
                written.append(line)
                first.sealed = former.seal(vault().open(first.sealed, context), context)

    written = []
    count = resealing.reseal_all(write_behind)
    assert written
    assert heads() == {wanted}
    detail = entries(db.session(), COUNTY, action="keys.rotate")[0].detail
    assert detail == {"values": count, "key": 2, "suite": "sm"}

    member = db.session.scalars(sa.select(Member)).first()
    context = of_person("document_number", member.person_key)
    number = vault().open(member.document_sealed, context).decode()
    assert number in {person.number for person in people}
    original = sa.select(Submission.original).where(Submission.id == draft)
    assert originals.fetch(db.session.scalars(original).one()) == content
    assert verify(db.session())[1] == []
