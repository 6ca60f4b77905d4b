"""Unions put together and parted: everybody and all that is open goes along, or nothing does."""

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts.models import Account
from registry.clock import end_of_day, today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.models import (
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
    Person,
    Transfer,
)
from registry.questions.models import Question
from registry.questions.operations import ask as ask_question
from registry.reference.counting import recounted, tallied_of
from registry.reorganising.ending import dissolve
from registry.reorganising.joining import merge, split
from registry.reorganising.open_work import open_work
from registry.review.identities.asking import ask as ask_correction
from registry.review.models import IdentityCase
from registry.review.operations import approve
from registry.review.transferring import release
from registry.submissions.confirming import say_rest
from registry.submissions.models import Submission
from registry.submissions.operations import submit
from registry.submissions.states import ANSWERS, Kind
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from registry.unions import history, queries
from registry.unions.states import UnionAct
from tests.factories.accounts import make_account, make_actor
from tests.factories.people import make_people
from tests.factories.reference import load_base
from tests.factories.register import DAY, listed
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY

FAR_UNION = "3310830020001"
FAR = f"/{COUNTY}/331083002/"


def admitted(people, union=UNION, reviewer=None):
    """Send people in for a union and admit them."""
    reviewer = reviewer or make_reviewer(union[:9])
    approve(send_in(make_roster(people), make_clerk(union), union=union), actor=reviewer)


def all_of(*columns, where=()):
    db.session.rollback()
    found = db.session.execute(select(*columns).where(*where).order_by(*columns)).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in found]


def live(union):
    return all_of(
        Membership.state,
        where=(Membership.union_code == union, Membership.state != MembershipState.ENDED),
    )


def sound():
    """The register agrees with itself."""
    counted, differences = reconcile(db.session(), COUNTY)
    assert differences == []
    assert verify(db.session())[1] == []
    pairs = (Person.live_union, Person.live_membership)
    lives = (Membership.union_code, Membership.id)
    ended = Membership.state != MembershipState.ENDED
    assert all_of(*pairs, where=[Person.live_union.is_not(None)]) == all_of(*lives, where=[ended])
    return counted


def test_a_union_goes_into_another_with_all_that_is_open(register):
    people, city = make_people(9), make_actor(Role.AUDITOR, COUNTY)
    clerk, reviewer, far = make_clerk(), make_reviewer(), make_reviewer("331083002")
    load_base([people[0], people[6]])
    make_account(Role.CLERK, UNION)
    admitted(people[:3])
    resting = make_roster(people[2:3], {0: {"change": "保留会籍"}})
    approve(send_in(resting, clerk), actor=reviewer)
    admitted(people[3:5], FAR_UNION)
    # What waits here: two newcomers, one whom the other union has, one more who is a draft.
    waits = send_in(make_roster([*people[5:7], people[3]]), clerk)
    draft = take_in(make_roster(people[7:8]), clerk)
    # What waits there: one whom this union has.
    theirs = send_in(make_roster([people[0], people[8]]), make_clerk(FAR_UNION), union=FAR_UNION)
    ask_question(UNION, "怎样填写就业状况？", actor=clerk)
    ask_correction(UNION, all_of(Member.id)[1], {"full_name": "欧阳某某"}, why="错", actor=clerk)
    assert len(all_of(Transfer.id)) == 2

    with pytest.raises(StateRefused) as refused:
        merge(UNION, FAR_UNION, today(), seen=4, actor=city)
    assert refused.value.code == "union.moved_on"
    done = merge(UNION, FAR_UNION, today(), seen=3, note="玉总工〔2018〕9号", actor=city)

    assert (done.active, done.retained, done.transfers) == (2, 1, 0)
    assert (done.handed.rosters, done.handed.drafts) == (1, 1)
    assert done.accounts == len(all_of(Account.id, where=[Account.place == UNION])) > 0
    assert all(all_of(Account.is_locked, where=[Account.place == UNION]))
    assert live(UNION) == []
    assert sorted(live(FAR_UNION)) == ["ACTIVE"] * 4 + ["RETAINED"]
    assert open_work(db.session(), COUNTY, UNION) == {}
    assert set(all_of(Transfer.state)) == {"LAPSED"}
    assert all_of(Question.union_code, Question.path) == [(FAR_UNION, f"{FAR}{FAR_UNION}/")]
    assert all_of(IdentityCase.union_code, IdentityCase.path) == [(FAR_UNION, FAR)]
    told = all_of(MembershipEvent.type, where=[MembershipEvent.from_union == UNION])
    assert told.count(EventType.TRANSFER_OUT) == told.count(EventType.TRANSFER_IN) == 3
    assert tallied_of(db.session(), COUNTY)[FAR_UNION] == recounted(db.session(), COUNTY)[FAR_UNION]
    assert sound() == 5

    for code, act in ((UNION, UnionAct.MERGE), (FAR_UNION, UnionAct.ABSORB)):
        last = history.events(db.session(), COUNTY, code)[0]
        assert (last.act, last.after["active"], last.after["retained"]) == (act, "2", "1")
    assert history.profile(db.session(), UNION).dissolved_on == today()
    # Both unions' rosters can be decided on now, and nobody is asked for who is here already.
    with pytest.raises(NotFound):
        approve(waits, actor=reviewer)
    assert approve(waits, actor=far).decided == 3
    assert approve(theirs, actor=far).decided == 2
    submit(draft, actor=make_clerk(FAR_UNION))
    assert approve(draft, actor=far).decided == 1
    assert sound() == 9
    with pytest.raises(StateRefused):
        merge(UNION, FAR_UNION, today(), actor=city)


def test_a_full_roster_is_an_increment_of_the_other_union(register):
    people, clerk, other = make_people(4), make_clerk(), make_clerk(OTHER_UNION)
    admitted(people[:1])
    admitted(people[1:2], OTHER_UNION)
    sent = send_in(make_roster(people[2:3]), clerk, kind=Kind.FULL)
    same = take_in(make_roster(people[3:]), clerk)
    twice = take_in(make_roster(people[3:]), clerk, kind=Kind.FULL)
    take_in(make_roster(people[3:]), other, union=OTHER_UNION)
    merge(UNION, OTHER_UNION, today(), actor=make_reviewer())

    rows = all_of(Submission.id, Submission.kind, Submission.is_current, Submission.missing_count)
    assert (sent, "INCREMENT", True, 0) in rows
    for number in (same, twice):
        assert (number, "INCREMENT", False, 0) in rows
    full = make_roster(people[:2])
    send_in(full, other, union=OTHER_UNION, kind=Kind.FULL)
    states = dict(all_of(Submission.id, Submission.state))
    assert states[sent] == "SUBMITTED", "a full roster does not take its place"
    assert approve(sent, actor=make_reviewer()).decided == 1
    assert sound() == 3


def test_answers_not_sent_are_given_up_and_what_is_read_is_waited_for(small_register):
    reviewer, clerk, people = make_reviewer(), make_clerk(), make_people(3)
    admitted(people[:2])
    assert say_rest(UNION, end_of_day(today()), actor=clerk) == 2
    draft = take_in(make_roster(people[2:]), clerk)
    for is_read in (False, True):
        db.session.get(Submission, (COUNTY, draft)).is_read = is_read
        db.session.commit()
        if not is_read:
            with pytest.raises(StateRefused) as refused:
                merge(UNION, OTHER_UNION, today(), actor=reviewer)
            assert refused.value.code == "union.reading"
            assert len(live(UNION)) == 2
    done = merge(UNION, OTHER_UNION, today(), actor=reviewer)
    assert done.handed == (1, 0, 1)
    states = dict(all_of(Submission.source, Submission.state, where=[Submission.source == ANSWERS]))
    assert states == {ANSWERS: "WITHDRAWN"}
    assert sound() == 2


def test_chosen_members_go_and_who_asks_for_them_asks_on(register):
    people, reviewer = make_people(4), make_reviewer()
    admitted(people)
    send_in(make_roster(people[:2]), make_clerk(FAR_UNION), union=FAR_UNION)
    numbers = all_of(Member.id)
    city = make_actor(Role.AUDITOR, COUNTY)
    far = make_reviewer("331083002")
    with pytest.raises(StateRefused, match="什么都没有改"):
        split(UNION, OTHER_UNION, today(), [*numbers, 10**6], actor=reviewer)
    assert len(live(UNION)) == 4
    done = split(UNION, OTHER_UNION, today(), [numbers[0], numbers[3]], actor=reviewer)

    assert (done.active, done.transfers) == (2, 1)
    assert (len(live(UNION)), len(live(OTHER_UNION))) == (2, 2)
    asked = all_of(Transfer.from_union, Transfer.id)
    assert {one[0] for one in asked} == {UNION, OTHER_UNION}
    assert release([number for code, number in asked if code == OTHER_UNION], actor=reviewer) == (
        1,
        0,
    )
    assert sound() == 4
    (last, *_) = history.events(db.session(), COUNTY, OTHER_UNION)
    assert (last.act, last.after) == (
        UnionAct.ABSORB,
        {"other_union": UNION, "active": "2", "transfers": "1"},
    )
    split(UNION, FAR_UNION, today(), [numbers[1]], actor=city)
    assert set(all_of(Transfer.state)) == {"RELEASED", "LAPSED"}
    assert far.path == FAR
    assert sound() == 4


def test_what_cannot_be_is_refused_and_changes_nothing(small_register):
    reviewer, people = make_reviewer(), make_people(2)
    admitted(people[:1])
    waits = listed(reviewer)
    refusals = (
        (InputRefused, UNION, UNION, today(), reviewer),
        (InputRefused, UNION, OTHER_UNION, today() + DAY, reviewer),
        (StateRefused, UNION, waits, today(), reviewer),
        (StateRefused, waits, UNION, today(), reviewer),
        (NotFound, UNION, FAR_UNION, today(), reviewer),
        (Forbidden, UNION, OTHER_UNION, today(), make_clerk()),
    )
    for error, code, into, on, actor in refusals:
        with pytest.raises(error):
            merge(code, into, on, actor=actor)
    with pytest.raises(InputRefused, match="先选择"):
        split(UNION, OTHER_UNION, today(), [], actor=reviewer)
    merge(OTHER_UNION, UNION, today(), actor=reviewer)
    with pytest.raises(StateRefused):
        merge(UNION, OTHER_UNION, today(), actor=reviewer)
    with pytest.raises(StateRefused):
        dissolve(UNION, today(), actor=reviewer)
    assert queries.find(db.session(), UNION).is_formed
    assert sound() == 1
