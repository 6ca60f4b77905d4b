"""Which union each name means: asked, answered, refused."""

import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.db import Model, db
from registry.errors import Forbidden, InputRefused, NotFound, RosterRefused, StateRefused
from registry.jobs import bundles
from registry.submissions.bundles.states import BundleState
from registry.submissions.models import Submission
from registry.unions.named import How
from tests.factories.accounts import make_actor
from tests.factories.bundles import (
    TOWNSHIP,
    WRITTEN,
    choose,
    make_bundle,
    names,
    parts_of,
    read_in,
    split,
    view,
)
from tests.factories.people import make_people
from tests.factories.rosters import make_reviewer, make_roster
from tests.factories.unions import make_union

FIRST, SECOND, THIRD = "3310830010011", "3310830010012", "3310830010013"


def test_the_same_file_is_the_same_bundle(reviewer):
    content = make_bundle(make_people(3))
    bundle_id = read_in(content, reviewer)
    split(bundle_id, reviewer)

    again = bundles.upload(content, file_name="x.csv", place_code=TOWNSHIP, actor=reviewer)

    assert again == (bundle_id, True, None)
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 3


def test_names_that_are_not_known_wait_for_an_answer(reviewer):
    content = make_bundle(make_people(4), [WRITTEN[0], "漩门水产公司", "别处", ""])
    bundle_id = read_in(content, reviewer)

    asked = {one.written: one for one in names(bundle_id) if one.how is How.OPEN}
    assert asked["漩门水产公司"].suggestions[0] == SECOND
    assert asked[""].suggestions == []
    with pytest.raises(StateRefused) as refused:
        bundles.confirm(bundle_id, actor=reviewer)
    assert refused.value.code == "bundle.open_names"

    choose(bundle_id, reviewer, 漩门水产公司=SECOND, 别处="-")
    changed = choose(bundle_id, reviewer, **{"": f"{THIRD} 楚门文旦合作社工会委员会"})
    done = split(bundle_id, reviewer)

    assert changed == 1
    assert (done.total_count, done.good_count, done.left_out_count) == (4, 3, 1)
    assert done.total_count == (
        done.good_count + done.error_count + done.left_out_count + done.skipped_count
    )
    assert {code: one.good for code, one in parts_of(bundle_id).items()} == {
        FIRST: 1,
        SECOND: 1,
        THIRD: 1,
    }


def test_unions_of_another_place_are_neither_found_nor_told(reviewer):
    make_union("3310830020001", name="试验市漩门水产有限公司坎门工会委员会")
    content = make_bundle(make_people(2), ["3310830020001", "漩门水产有限公司坎门工会"])
    bundle_id = read_in(content, reviewer)

    assert [one.how for one in names(bundle_id)] == [How.OPEN] * 2
    assert all("331083002" not in code for one in names(bundle_id) for code in one.suggestions)
    with pytest.raises(InputRefused) as refused:
        choose(bundle_id, reviewer, **{"3310830020001": "3310830020001"})
    assert refused.value.code == "bundle.union"


def test_all_left_out_is_refused(reviewer):
    bundle_id = read_in(make_bundle(make_people(2), ["别处"]), reviewer)
    choose(bundle_id, reviewer, 别处="-")

    with pytest.raises(StateRefused) as refused:
        bundles.confirm(bundle_id, actor=reviewer)
    assert refused.value.code == "bundle.nothing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (make_roster(make_people(2)), "bundle.no_column"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "file.not_a_workbook"),
    ],
)
def test_a_file_that_cannot_be_split_is_refused_with_its_reason(reviewer, content, code):
    received = bundles.upload(content, file_name="x.csv", place_code=TOWNSHIP, actor=reviewer)

    with pytest.raises(RosterRefused) as refused:
        bundles.run_now(received.batch_id)

    assert refused.value.code == code
    assert view(received.bundle_id).state is BundleState.REFUSED
    # Corrected outside or not, it may be sent again.
    again = bundles.upload(content, file_name="x.csv", place_code=TOWNSHIP, actor=reviewer)
    assert again.bundle_id != received.bundle_id


def test_who_may_not(reviewer):
    content = make_bundle(make_people(1))
    clerk = make_actor(Role.CLERK, FIRST)
    for actor, place, error in (
        (clerk, FIRST, Forbidden),
        (reviewer, "331083", NotFound),
        (reviewer, FIRST, InputRefused),
        (make_reviewer("331083002"), TOWNSHIP, NotFound),
    ):
        with pytest.raises(error):
            bundles.upload(content, file_name="x.csv", place_code=place, actor=actor)
    bundle_id = read_in(content, reviewer)
    for act in (bundles.confirm, bundles.cancel, bundles.pause, bundles.resume):
        with pytest.raises(NotFound):
            act(bundle_id, actor=make_reviewer("331083002"))


def test_a_number_in_groups_under_the_wrong_heading_stands_nowhere_in_clear(reviewer):
    person = make_people(1)[0]
    number = person.number
    grouped = f"{person.full_name}{number[:6]} {number[6:14]}-{number[14:]}"
    bundle_id = read_in(make_bundle(make_people(3, seed=5), [grouped]), reviewer)

    assert [one.row_count for one in names(bundle_id)] == [3]
    stored = "\n".join(
        repr(row)
        for table in Model.metadata.sorted_tables
        for row in db.session.execute(select(table)).tuples()
    )
    assert number[:4] in stored
    assert number[6:14] not in stored
    assert number[14:] not in names(bundle_id)[0].written
