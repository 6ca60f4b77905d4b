"""Nothing that must not be read stands in clear, and nothing sealed opens in another place."""

import pytest
from sqlalchemy import select

from registry.db import db
from registry.review.operations import approve, send_back
from registry.submissions.models import SubmissionRow
from registry.submissions.storing import Ref, open_row
from registry.vault.vault import VaultError, of_person, vault
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in


def test_no_number_stands_in_the_database_file_or_the_originals(small_register):
    people = make_people(8)
    wrong = {0: {"document_number": people[0].number[:-1] + "A"}, 1: {"mobile": "1380013800"}}
    # A number where nobody expects it: the clerk took the wrong column.
    wrong[2] = {"full_name": people[2].number}
    number = send_in(make_roster(people, wrong), make_clerk())
    reviewer = make_reviewer()
    send_back(number, actor=reviewer, rows=[6], reason="wrong_data", note="")
    approve(number, actor=reviewer)
    db.session.remove()

    folder = small_register.config["DATA"]
    content = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    for person in people:
        assert person.number[:17].encode() not in content
        assert person.mobile.encode() not in content


def test_sealed_values_of_two_persons_swapped_do_not_open(small_register):
    send_in(make_roster(make_people(2)), make_clerk())
    first, second = db.session.scalars(select(SubmissionRow)).all()

    with pytest.raises(VaultError):
        vault().open(second.document_sealed, of_person("document_number", first.person_key))
    with pytest.raises(VaultError):
        vault().open(first.document_sealed, of_person("mobile", first.person_key))
    ref = Ref(first.county, first.submission_id, UNION)
    with pytest.raises(VaultError):
        open_row(vault(), ref, first.row, second.sealed)
