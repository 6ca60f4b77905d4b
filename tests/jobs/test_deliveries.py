"""Rosters handed in by programs: sent once read, never twice, whatever happens between."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from registry.clock import now, today
from registry.db import db, transaction
from registry.errors import InputRefused, NotFound
from registry.jobs import deliveries
from registry.jobs.deliveries import Order
from registry.jobs.delivering import deliver
from registry.jobs.leases import unfinished, worker_name
from registry.jobs.models import Batch, Delivery
from registry.jobs.operations import upload
from registry.jobs.work import run
from registry.submissions import queries
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind, State
from registry.unions.queries import find as union_of
from registry.unions.queries import headcount
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, csv_of, make_clerk, make_roster

PEOPLE = make_people(3)
GOOD = make_roster(PEOPLE)
FAULTY = make_roster(PEOPLE, {1: {"document_number": "33108319900101001X"}})
PLAIN = Order("", False, None)


def hand_in(content=GOOD, order=PLAIN, *, clerk=None, kind=Kind.INCREMENT, union=UNION):
    return deliver(
        content,
        file_name="名册.csv",
        union_code=union,
        kind=kind,
        actor=clerk or make_clerk(),
        order=order,
    )


def read():
    for batch in unfinished(db.session()):
        run(batch, worker_name())
    db.session.rollback()


def view(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def refusal(number):
    return deliveries.refusal_of(db.session(), view(number))


def states():
    db.session.rollback()
    return list(db.session.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_a_sound_roster_is_sent_once_it_is_read(register):
    received = hand_in()
    assert (received.state, received.already, received.is_new) == (State.DRAFT, False, True)
    assert states() == ["WAITING"]
    read()
    assert view(received.submission_id).state is State.SUBMITTED
    assert states() == ["SENT"]


def test_a_faulty_one_stays_a_draft_and_says_why(register):
    number = hand_in(FAULTY).submission_id
    read()
    assert view(number).state is State.DRAFT
    assert refusal(number)[0] == "submit.has_errors"


def test_or_its_good_rows_go_and_the_others_wait(register):
    number = hand_in(FAULTY, Order("", True, None)).submission_id
    read()
    assert view(number).state is State.SUBMITTED
    [draft] = queries.follow_ups(db.session(), view(number))
    assert (draft.state, draft.error_count) == (State.DRAFT, 1)


def test_a_full_roster_declares_the_employees(register):
    number = hand_in(order=Order("", False, 40), kind=Kind.FULL).submission_id
    read()
    assert view(number).employees == 40
    assert headcount(db.session(), union_of(db.session(), UNION), today()) == 40


@pytest.mark.parametrize(
    ("kind", "employees", "code"),
    [
        (Kind.FULL, None, "employees.missing"),
        (Kind.INCREMENT, 40, "employees.kind"),
        (Kind.FULL, 0, "employees.range"),
        (Kind.FULL, 1_000_001, "employees.range"),
    ],
)
def test_employees_come_with_full_rosters_only(small_register, kind, employees, code):
    with pytest.raises(InputRefused) as refused:
        hand_in(order=Order("", False, employees), kind=kind)
    assert refused.value.code == code


def test_nothing_is_asked_about_unsure_columns(register):
    rows = [[one.full_name, one.number, "0576", "汉族"] for one in PEOPLE]
    number = hand_in(csv_of([["姓名", "证件号码", "联系电话", "民族"], *rows])).submission_id
    read()
    assert view(number).is_read


def test_a_file_that_is_no_roster_is_refused_in_its_words(register):
    number = hand_in(b"no roster at all").submission_id
    read()
    code, message = refusal(number)
    assert code.startswith("file.") and message
    assert states() == ["REFUSED"]


def test_the_same_request_again_has_the_same_answer(register):
    clerk, order = make_clerk(), Order("key-1", False, None)
    first = hand_in(order=order, clerk=clerk)
    assert hand_in(order=order, clerk=clerk)[:2] == first[:2]
    read()
    again = hand_in(order=order, clerk=clerk)
    assert (again.submission_id, again.already, again.state) == (*first[:2], State.DRAFT)
    assert states() == ["SENT"]


def test_even_when_what_it_brought_was_taken_back_since(register):
    clerk, order = make_clerk(), Order("key-1", False, None)
    number = hand_in(order=order, clerk=clerk).submission_id
    read()
    withdraw(number, actor=clerk)
    assert hand_in(order=order, clerk=clerk).submission_id == number
    assert view(number).state is State.WITHDRAWN


def test_a_key_stands_for_one_content_of_one_account(register):
    clerk, order = make_clerk(), Order("key-1", False, None)
    hand_in(order=order, clerk=clerk)
    others = ((FAULTY, order), (GOOD, Order("key-1", True, None)))
    for content, other in others:
        with pytest.raises(InputRefused) as refused:
            hand_in(content, other, clerk=clerk)
        assert refused.value.code == "request.other"
    other_clerk = make_clerk(OTHER_UNION)
    assert hand_in(FAULTY, order, clerk=other_clerk, union=OTHER_UNION).is_new
    with pytest.raises(InputRefused):
        hand_in(order=Order("k" * 201, False, None), clerk=clerk)


def test_without_a_key_the_same_file_is_the_same_submission(register):
    clerk = make_clerk()
    number = hand_in(clerk=clerk).submission_id
    read()
    again = hand_in(clerk=clerk)
    assert (again.submission_id, again.already, again.state) == (number, True, State.SUBMITTED)
    assert states() == ["SENT", "SENT"]


def test_a_draft_that_was_read_on_the_page_is_sent_at_once(register):
    clerk = make_clerk()
    seen = {"file_name": "名册.csv", "union_code": UNION, "kind": Kind.INCREMENT, "actor": clerk}
    number = upload(GOOD, **seen).submission_id
    read()
    assert view(number).state is State.DRAFT
    assert hand_in(clerk=clerk).submission_id == number
    assert view(number).state is State.SUBMITTED


def test_whoever_lost_the_right_meanwhile_sends_nothing(register):
    clerk = make_clerk()
    number = hand_in(clerk=clerk).submission_id
    from registry.accounts.models import Account

    with transaction() as session:
        session.execute(
            update(Account).where(Account.id == clerk.account_id).values(is_locked=True)
        )
    read()
    assert view(number).state is State.DRAFT
    assert refusal(number)[0] == "account.locked"


def test_a_worker_that_dies_after_reading_leaves_the_order_to_others(register, monkeypatch):
    number = hand_in().submission_id

    def dies(*_whose):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "carry_out", dies)
        with pytest.raises(SystemExit):
            read()
    assert view(number).state is State.DRAFT
    assert deliveries.left(db.session()) == []
    set_clock(monkeypatch, now() + timedelta(minutes=1))
    assert deliveries.left(db.session()) == [("331083", number)]
    for whose in deliveries.left(db.session()):
        deliveries.carry_out(*whose)
    assert view(number).state is State.SUBMITTED
    assert deliveries.left(db.session()) == []


def test_what_the_clerk_did_first_stands(register, monkeypatch):
    clerk = make_clerk()
    number = hand_in(clerk=clerk).submission_id
    monkeypatch.setattr(deliveries, "_send", lambda *_: None)
    read()
    submit(number, actor=clerk)
    monkeypatch.undo()
    with transaction() as session:
        session.execute(update(Delivery).values(state="WAITING"))
    deliveries.carry_out("331083", number)
    assert (view(number).state, states()) == (State.SUBMITTED, ["SENT"])


def test_nothing_is_kept_of_what_was_refused(register):
    with pytest.raises(NotFound):
        hand_in(clerk=make_clerk(OTHER_UNION))
    with pytest.raises(InputRefused):
        hand_in(b"")
    assert states() == []
    assert list(db.session.scalars(select(Batch.id))) == []
