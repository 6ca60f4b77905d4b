"""What is sent comes back as it was: every row of an exported file is a member unchanged."""

from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.exchange import operations
from registry.members.match import Match
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.models import SubmissionRow
from registry.submissions.states import Kind
from tests.factories.accounts import make_actor
from tests.factories.exchange import filled, lines_of
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in
from tests.factories.unions import COUNTY

# What spreadsheets and careless programs spoil: rare characters, middle dots, zeros in front,
# numbers of other kinds, half a date, texts that look like formulas.
ODD = {
    0: {
        "full_name": "䶮㛃𬭎𫖯",
        "post": "=1+1",
        "household_region": "007",
        "employer_name": "阀门厂",
        "native_place": "玉环",
        "in_mutual_aid": "是",
    },
    1: {"full_name": "阿依古丽·买买提", "changed_on": "2024-09"},
    2: {"document_kind": "护照", "document_number": "E00123456", "full_name": "Mary Ann Smith"},
    3: {"document_kind": "台湾居民来往大陆通行证", "document_number": "00123456"},
    4: {
        "employer_name": "+86 阀门厂&<一>",
        "native_place": "  浙江 玉环 ",
        "household_region": "007",
    },
    5: {"mobile": None, "education": None, "changed_on": None, "in_mutual_aid": "是"},
}


def test_an_exported_file_imports_again_as_unchanged(small_register):
    clerk, reviewer = make_clerk(), make_reviewer()
    people = make_people(8)
    for content in (
        make_roster(people, ODD),
        make_roster(people[6:7], {0: {"change": "保留会籍", "changed_on": "2025-01-02"}}),
    ):
        number = send_in(content, clerk)
        assert approve(number, actor=reviewer).pending == 0

    city = make_actor(Role.AUDITOR, COUNTY)
    content = operations.download(filled(city), 1, actor=city)

    rows = lines_of(content)
    assert len(rows) == 8
    assert [row["姓名"] for row in rows[:3]] == ["䶮㛃𬭎𫖯", "阿依古丽·买买提", "Mary Ann Smith"]
    assert [row["证件号码"] for row in rows[2:4]] == ["E00123456", "00123456"]
    assert (rows[0]["工作岗位"], rows[0]["户籍所在地"]) == ("=1+1", "007")
    assert rows[6]["会籍变化类型"] == "保留会籍"
    for kind in (Kind.INCREMENT, Kind.FULL):
        number = take_in(content, clerk, kind=kind)
        draft = queries.find(db.session(), number)
        assert (draft.total_count, draft.error_count, draft.missing_count) == (8, 0, 0)
        matches = select(SubmissionRow.match).where(SubmissionRow.submission_id == number)
        assert list(db.session.scalars(matches)) == [Match.UNCHANGED] * 8
