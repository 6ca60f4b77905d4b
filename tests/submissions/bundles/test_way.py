"""The way of one roster for many unions: read, told apart, split, reviewed."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.clock import today
from registry.db import db, transaction
from registry.errors import Forbidden, NotFound, StateRefused
from registry.jobs import bundles
from registry.members.match import Match
from registry.review.operations import approve
from registry.submissions import checking
from registry.submissions import queries as submissions
from registry.submissions.bundles import queries
from registry.submissions.bundles.states import BundleState
from registry.submissions.corrections import edit_row, exclude_row, keep_one
from registry.submissions.listing import row_counts
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import RowState, State
from registry.totals.recount import reconcile
from registry.trail.queries import entries
from registry.trail.verification import verify
from registry.unions import queries as unions
from registry.unions.named import How
from registry.unions.operations import declare_headcount
from tests.factories.accounts import make_actor
from tests.factories.bundles import (
    WRITTEN,
    choose,
    make_bundle,
    names,
    parts_of,
    read_in,
    split,
    view,
)
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.rosters import csv_of, make_reviewer

WORKBOOK = Path(__file__).parents[2] / "rosters/many_unions/roster.xlsx"
FIRST, SECOND, THIRD = "3310830010011", "3310830010012", "3310830010013"


def rows_of(number):
    found = submissions.find(db.session(), number)
    return {one.row: one for one in submissions.rows(db.session(), found, limit=1000)}


def faults(row):
    return [one for one in row.findings if one.severity != "fixed"]


def test_each_union_gets_its_rows_with_the_numbers_of_the_common_file(reviewer):
    bundle_id = read_in(make_bundle(make_people(7)), reviewer)
    assert [one.how for one in names(bundle_id)] == [How.NAME, How.ALIKE, How.CODE]

    done = split(bundle_id, reviewer)

    assert (done.state, done.total_count, done.good_count, done.error_count) == (
        BundleState.DONE,
        7,
        7,
        0,
    )
    parts = parts_of(bundle_id)
    assert {code: sorted(rows_of(one.submission_id)) for code, one in parts.items()} == {
        FIRST: [2, 5, 8],
        SECOND: [3, 6],
        THIRD: [4, 7],
    }
    assert list(queries.part_counts(db.session(), view(bundle_id)).values()) == [3, 0, 3]
    sent = submissions.find(db.session(), parts[FIRST].submission_id)
    assert (sent.state, sent.kind, sent.source) == (State.SUBMITTED, "INCREMENT", "BUNDLE")
    assert (sent.created_by, sent.submitted_by) == (reviewer.account_id, reviewer.account_id)
    assert row_counts(db.session(), [sent])[sent.id].reconciles
    assert reconcile(db.session(), "331083")[1] == []


def test_another_reviewer_approves_and_the_uploader_may_not(reviewer):
    bundle_id = read_in(make_bundle(make_people(3)), reviewer)
    split(bundle_id, reviewer)
    number = parts_of(bundle_id)[FIRST].submission_id

    with pytest.raises(Forbidden) as refused:
        approve(number, actor=reviewer)
    assert refused.value.code == "review.own"
    outcome = approve(number, actor=make_reviewer())

    assert (outcome.decided, outcome.state) == (1, State.CLOSED)


def test_faulty_rows_are_their_clerks_drafts(reviewer):
    people = make_people(6)
    changes = {0: {"document_number": spoilt(people[0].number)}, 2: {"full_name": ""}}
    bundle_id = read_in(make_bundle(people, changes=changes), reviewer)
    done = split(bundle_id, reviewer)
    parts = parts_of(bundle_id)

    assert (done.good_count, done.error_count) == (4, 2)
    held = rows_of(parts[FIRST].submission_id)
    assert {row: one.state for row, one in held.items()} == {
        2: RowState.HELD,
        5: RowState.PENDING,
    }
    draft = submissions.find(db.session(), parts[FIRST].draft_id)
    assert (draft.state, draft.submitted_at, draft.error_count) == (State.DRAFT, None, 1)
    assert draft.parent_id == parts[FIRST].submission_id
    assert [one.code for one in rows_of(draft.id)[2].findings] == ["document.checksum"]
    assert parts[SECOND].draft_id is None
    assert row_counts(db.session(), [submissions.find(db.session(), draft.parent_id)])[
        draft.parent_id
    ].reconciles


def test_a_clerk_corrects_the_draft_and_another_reviewer_approves(reviewer):
    people = make_people(3)
    changes = {0: {"document_number": spoilt(people[0].number)}}
    bundle_id = read_in(make_bundle(people, changes=changes), reviewer)
    split(bundle_id, reviewer)
    draft = parts_of(bundle_id)[FIRST].draft_id
    clerk = make_actor(Role.CLERK, FIRST)

    edit_row(draft, 2, {"document_number": people[0].number}, version=1, actor=clerk)
    sent = submit(draft, actor=clerk)

    assert sent.matches == {Match.NEW: 1}
    with pytest.raises(Forbidden):
        approve(draft, actor=reviewer)
    assert approve(draft, actor=make_reviewer()).decided == 1


def test_a_union_without_a_good_row_has_only_a_draft(reviewer):
    people = make_people(3)
    changes = {0: {"document_number": spoilt(people[0].number)}}
    bundle_id = read_in(make_bundle(people, changes=changes), reviewer)
    split(bundle_id, reviewer)
    part = parts_of(bundle_id)[FIRST]

    assert part.submission_id is None
    draft = submissions.find(db.session(), part.draft_id)
    assert (draft.state, draft.parent_id, draft.total_count) == (State.DRAFT, None, 1)


def test_one_person_in_two_unions_of_one_file_is_faulty_in_both(reviewer):
    people = make_people(5)
    bundle_id = read_in(make_bundle([*people[:4], people[0]]), reviewer)
    split(bundle_id, reviewer)
    parts = parts_of(bundle_id)

    # Rows 2 and 6: the first and the second union.
    for code, row, other in ((FIRST, 2, 6), (SECOND, 6, 2)):
        (finding,) = faults(rows_of(parts[code].draft_id)[row])
        assert (finding.code, finding.other_rows) == ("roster.duplicate", [other])
        held = rows_of(parts[code].submission_id)[row]
        assert (held.state, held.match, held.worst) == (RowState.HELD, None, "error")
    assert reconcile(db.session(), "331083")[1] == []


def test_a_clerk_keeps_a_person_whom_another_union_of_the_file_has_too(reviewer):
    people = make_people(5)
    split(read_in(make_bundle([*people[:4], people[0]]), reviewer), reviewer)
    first, second = (parts_of(1)[code] for code in (FIRST, SECOND))
    clerk = make_actor(Role.CLERK, FIRST)

    assert keep_one(first.draft_id, 2, actor=clerk).rows == []
    kept = rows_of(first.draft_id)[2]
    assert (kept.state, kept.worst, kept.match) == (RowState.DRAFT, "ok", Match.NEW)
    assert submissions.find(db.session(), first.draft_id).error_count == 0
    assert rows_of(second.draft_id)[6].worst == "error"
    with pytest.raises(StateRefused):
        keep_one(first.draft_id, 2, actor=clerk)

    # Both unions keep the person: the second waits, for nobody is a member twice.
    keep_one(second.draft_id, 6, actor=make_actor(Role.CLERK, SECOND))
    for draft, code, admitted in ((first.draft_id, FIRST, 1), (second.draft_id, SECOND, 0)):
        sent = submit(draft, actor=make_actor(Role.CLERK, code))
        assert approve(sent.submission_id, actor=make_reviewer()).decided == admitted
    assert reconcile(db.session(), "331083")[1] == []


def test_shared_mobiles_are_judged_within_each_union(reviewer):
    people = make_people(15)
    mobiles = {place: {"mobile": "13905760001"} for place in range(0, 15, 3)}
    spread = {place: {"mobile": "13905760002"} for place in (1, 2, 4, 5, 7)}
    bundle_id = read_in(make_bundle(people, changes=mobiles | spread), reviewer)
    split(bundle_id, reviewer)
    parts = parts_of(bundle_id)

    codes = {
        code: [f.code for one in rows_of(part.submission_id).values() for f in faults(one)]
        for code, part in parts.items()
    }
    assert codes == {FIRST: ["mobile.shared"] * 5, SECOND: [], THIRD: []}
    assert parts[FIRST].warnings == 5


def test_members_elsewhere_are_transfers_and_counted_as_such(reviewer):
    people = make_people(3)
    earlier = read_in(make_bundle(people[:1], ["3310830010012"]), reviewer)
    split(earlier, reviewer)
    approve(parts_of(earlier)[SECOND].submission_id, actor=make_reviewer())

    bundle_id = read_in(make_bundle(people), reviewer)
    split(bundle_id, reviewer)

    part = parts_of(bundle_id)[FIRST]
    assert (part.good, part.warnings, part.transfers) == (1, 1, 1)
    assert rows_of(part.submission_id)[2].match is Match.TRANSFER
    assert reconcile(db.session(), "331083")[1] == []


def test_nothing_is_seen_before_the_last_row(reviewer, monkeypatch):
    bundle_id = read_in(make_bundle(make_people(9)), reviewer)
    monkeypatch.setattr("registry.submissions.bundles.release.release", _broken)

    with pytest.raises(ZeroDivisionError):
        bundles.run_now(bundles.confirm(bundle_id, actor=reviewer))

    db.session.rollback()
    staged = list(db.session.scalars(select(Submission.id)))
    assert len(staged) == 3
    assert submissions.of_union(db.session(), "331083", FIRST) == []
    with pytest.raises(NotFound):
        submissions.find(db.session(), staged[0])
    with pytest.raises(NotFound):
        approve(staged[0], actor=make_reviewer())
    assert queries.parts(db.session(), view(bundle_id)) == []


def _broken(*_args):
    raise ZeroDivisionError


def test_a_city_loads_and_the_units_reviewers_approve(reviewer):
    city = make_actor(Role.AUDITOR, "331083")
    bundle_id = read_in(make_bundle(make_people(3)), city, "331083")
    assert view(bundle_id, "331083").is_bulk

    bundles.run_now(bundles.confirm(bundle_id, actor=city))

    part = queries.parts(db.session(), view(bundle_id, "331083"))[0]
    with pytest.raises(Forbidden):
        approve(part.submission_id, actor=city)
    assert approve(part.submission_id, actor=reviewer).decided == 1


def test_a_reviewer_of_the_whole_county_sends_within_the_ordinary_limits(reviewer):
    everywhere = make_reviewer("331083")
    bundle_id = read_in(make_bundle(make_people(3)), everywhere, "331083")

    assert not view(bundle_id, "331083").is_bulk
    bundles.run_now(bundles.confirm(bundle_id, actor=everywhere))
    part = queries.parts(db.session(), view(bundle_id, "331083"))[0]
    with pytest.raises(Forbidden):
        approve(part.submission_id, actor=everywhere)


def test_a_missing_column_is_told_before_anything_is_sent(reviewer):
    people = make_people(3)
    lines = [["姓名", "证件号码", "所属工会"]]
    lines += [[one.full_name, one.number, WRITTEN[0]] for one in people]
    bundle_id = read_in(csv_of(lines), reviewer)

    found = view(bundle_id).file_findings
    assert found
    assert {one["code"] for one in found} == {"column.missing"}
    done = split(bundle_id, reviewer)
    assert (done.good_count, done.error_count) == (0, 3)


def test_a_real_workbook_with_title_blank_line_and_footer_reconciles(reviewer):
    bundle_id = read_in(WORKBOOK.read_bytes(), reviewer)
    asked = {one.written: one for one in names(bundle_id) if one.how is How.OPEN}
    assert {name: (one.row_count, one.first_row) for name, one in asked.items()} == {
        "漩门水产（有限公司）工会": (1, 10),
        "": (1, 15),
    }
    assert asked["漩门水产（有限公司）工会"].suggestions[0] == SECOND
    choose(bundle_id, reviewer, **{"漩门水产（有限公司）工会": SECOND, "": "-"})

    done = split(bundle_id, reviewer)

    assert (done.total_count, done.good_count, done.error_count) == (14, 10, 1)
    assert (done.left_out_count, done.skipped_count) == (1, 2)
    assert {code: (one.good, one.errors) for code, one in parts_of(bundle_id).items()} == {
        FIRST: (3, 1),
        SECOND: (4, 0),
        THIRD: (3, 0),
    }


def test_every_act_is_on_the_trail_with_count_and_digest(reviewer):
    bundle_id = read_in(make_bundle(make_people(4), [*WRITTEN[:2], "别处"]), reviewer)
    choose(bundle_id, reviewer, 别处="-")
    split(bundle_id, reviewer)

    found = {one.action: one for one in entries(db.session(), "331083", limit=100)}
    acts = {"bundle.upload", "bundle.read", "bundle.map", "bundle.confirm", "bundle.done"}
    assert acts | {"submission.submit"} <= set(found)
    detail = found["bundle.done"].detail
    assert (detail["rows"], detail["left_out"]) == (3, 1)
    assert len(detail["digest"]) == 64
    assert found["submission.submit"].actor_name == reviewer.name
    assert verify(reviewer).faults == []


def test_held_rows_are_said_to_be_held_in_the_draft(reviewer):
    people = make_people(6)
    changes = {0: {"document_number": spoilt(people[0].number)}}
    bundle_id = read_in(make_bundle(people, changes=changes), reviewer)
    split(bundle_id, reviewer)
    draft = submissions.find(db.session(), parts_of(bundle_id)[FIRST].draft_id)

    assert checking.origin(db.session(), draft).held == 1
    assert (
        db.session.scalar(select(func.count()).where(SubmissionRow.submission_id == draft.id)) == 1
    )


def test_the_reviewer_is_told_what_a_part_would_do_to_its_union(reviewer):
    clerk = make_actor(Role.CLERK, FIRST)
    with transaction() as session:
        declare_headcount(session, unions.find(session, FIRST), 1, today(), actor=clerk)
    bundle_id = read_in(make_bundle(make_people(6)), reviewer)
    split(bundle_id, reviewer)

    told = {
        code: [
            one["code"] for one in submissions.find(db.session(), part.submission_id).file_findings
        ]
        for code, part in parts_of(bundle_id).items()
    }
    of_all = [one["code"] for one in view(bundle_id).file_findings]
    assert told == {FIRST: [*of_all, "roster.over_headcount"], SECOND: of_all, THIRD: of_all}


def test_what_stays_behind_of_a_bundles_draft_is_not_given_up_either(reviewer):
    people = make_people(6)
    changes = {i: {"document_number": spoilt(people[i].number)} for i in (0, 3)}
    bundle_id = read_in(make_bundle(people, changes=changes), reviewer)
    split(bundle_id, reviewer)
    draft, clerk = parts_of(bundle_id)[FIRST].draft_id, make_actor(Role.CLERK, FIRST)
    edit_row(draft, 2, {"document_number": people[0].number}, version=1, actor=clerk)
    held = submit(draft, actor=clerk, hold_errors=True).follow_up_id

    with pytest.raises(StateRefused) as refused:
        withdraw(held, actor=clerk)

    assert refused.value.code == "draft.of_bundle"
    assert submissions.find(db.session(), held).state is State.DRAFT


def test_a_bundles_draft_of_which_every_row_is_left_out_can_be_given_up(reviewer):
    people = make_people(6)
    changes = {i: {"document_number": spoilt(people[i].number)} for i in (0, 3)}
    bundle_id = read_in(make_bundle(people, changes=changes), reviewer)
    split(bundle_id, reviewer)
    draft, clerk = parts_of(bundle_id)[FIRST].draft_id, make_actor(Role.CLERK, FIRST)
    rows = db.session.scalars(
        select(SubmissionRow.row).where(SubmissionRow.submission_id == draft)
    ).all()
    assert rows

    for row in rows[1:]:
        exclude_row(draft, row, actor=clerk)
    with pytest.raises(StateRefused, match="放弃了这些人"):
        withdraw(draft, actor=clerk)
    exclude_row(draft, rows[0], actor=clerk)
    withdraw(draft, actor=clerk)

    assert submissions.find(db.session(), draft).state is State.WITHDRAWN
