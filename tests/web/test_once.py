"""What makes something makes it once: the same form sent twice, or again after a lost answer."""

import io
import re
import threading
from html import unescape

import pytest
from sqlalchemy import func, select

from registry.access.roles import Role
from registry.accounts import once as sent_forms
from registry.accounts.models import Account, FormSent
from registry.accounts.queries import actor_of
from registry.clock import now, today
from registry.db import db, transaction
from registry.jobs import housekeeping
from registry.members import tallies
from registry.members.models import Member
from registry.questions.models import Question
from registry.review.operations import approve
from registry.trail.models import TrailEntry
from registry.unions import queries as unions
from registry.unions.operations import declare_headcount
from registry.web.once import ONCE
from tests.architecture.test_trail_complete import ACTS, NO_ACTS
from tests.factories.accounts import csrf_of, make_account, sign_in
from tests.factories.people import make_people
from tests.factories.register import formed
from tests.factories.rosters import OTHER_UNION, UNION, make_roster, send_in
from tests.factories.union_lists import sheet
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

# What keeps the others from doubling: for each reason the routes, by family or one by one.
NATURAL = {
    "a state that the act leaves: what comes second is refused": """
        accounts.close accounts.lock accounts.unlock accounts.reset_factors anomalies.close
        anomalies.search bundles.cancel bundles.confirm bundles.pause bundles.resume campaigns.close
        clerks.close clerks.lock clerks.unlock corrections.withdraw decisions.take_back deputies.end
        exchange.cancel exchange.send exchange.settle explanations.accept factors.remove
        identities.doubted identities.pair identities.rule identities.undo invitation.invitation
        papers.receive papers.take_back passing.pass_sure periods.close periods.reopen
        published.unpublish question.close question.merge question.pass_on question.pass_up
        question.reopen question.separate registrations.passing registrations.start
        registrations.stop requests.decide requests.withdraw review.approve review.reject
        review.release review.send_back review.take safety.end safety.end_others sampling.draw
        sending.discard sending.submit submissions.withdraw tokens.end transfers.appeal
        transfers.grant transfers.object_to transfers.refuse transfers.release transfers.withdraw
        union.remove_employer union_acts.do union_intake.apply union_intake.drop union_split.split
        accounts.end_sessions correcting_many.undo
    """,
    "a value is put in place of another: twice is once": """
        absent.say accounts.set_roles bundles.choose campaigns.change_due columns.confirm
        confirming.say correcting.edit correcting.exclude correcting_many.alike
        correcting_many.answer correcting_many.keep correcting_many.keep_first mail.mail
        sampling.keep_call signin.password targets.save
    """,
    "the file, or what was typed, is known again": """
        bundles.receive exchange.receive person.join person.membership person.particulars
        reference.receive roster.receive api_rosters.receive api_rosters.submit
        api_rosters.withdraw
    """,
    "the last one counts, and its answer shows it": """
        accounts.reset clerks.reset factors.codes factors.app factors.passkey
    """,
    "nothing is made: something is shown, taken along or verified, each time on the trail": """
        api_figures.eligible bundles.findings discrepancies.export exchange.differences
        identities.open_numbers members.look_up members.open_member originals.download
        sending.marked_for_a_reason
        periods.export periods.verify periods.verify_all posting.post_of_members
        posting.post_of_roster report.export requests.document review.open_row signin.confirm
        signin.second signin.sign_in signin.sign_out totals.export totals.reconcile totals.repair
        trail.person trail.verify
    """,
}
EMPLOYEES, MEMBERS = 10, 12


def test_every_route_that_changes_something_says_what_keeps_it_from_doubling():
    natural = [route for routes in NATURAL.values() for route in routes.split()]
    assert len(natural) == len(set(natural))
    assert ONCE & set(natural) == set()
    assert ONCE | set(natural) == set(ACTS)
    assert ONCE & set(NO_ACTS) == set()


class Desk:
    """Somebody's browser, which sends forms with the token of a page."""

    def __init__(self, app, role, place):
        self.client = app.test_client()
        account = make_account(role, place)
        sign_in(self.client, account)
        self.actor = actor_of(db.session(), account.id)
        self.csrf = csrf_of(self.client)

    def send(self, page, address, **fields):
        data = {"csrf_token": self.csrf, "form_token": page, **fields}
        return self.client.post(address, data=data)


@pytest.fixture
def desks(app):
    make_union_tree()
    places = {
        "clerk": (Role.CLERK, UNION),
        "unit": (Role.REVIEWER, TOWNSHIP),
        "city": (Role.AUDITOR, COUNTY),
        "system": (Role.ADMINISTRATOR, COUNTY),
    }
    return {name: Desk(app, *place) for name, place in places.items()}


def entries():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(TrailEntry))


def words(answer):
    return unescape(answer.text)


def faults(answer):
    return re.findall(r'-error">.*?<span>(.*?)</span>', words(answer)) or words(answer)[-2000:]


def more_members_than_employees(actor):
    with transaction() as session:
        union = unions.find(session, UNION)
        declare_headcount(session, union, EMPLOYEES, today(), actor=actor)
        tallies.add(session, COUNTY, UNION, today(), active=MEMBERS, submitted=1)


def forms(desks):
    """Yield route, desk, address and fields of each, in an order in which each finds what it needs;
    what is sent are functions where the same must be made anew.
    """
    clerk, unit, city, system = (desks[name] for name in ("clerk", "unit", "city", "system"))
    people = make_people(2)
    approve(send_in(make_roster(people), clerk.actor), actor=unit.actor)
    member = db.session.scalars(select(Member.id).order_by(Member.id)).first()
    deputy = make_account(Role.REVIEWER, "331083002")
    day = today().isoformat()
    joint = formed(unit.actor, kind="2")
    here = f"/unions/{UNION}"
    new = {"name": "reviewer9", "display_name": "王审核", "place": TOWNSHIP, "roles": "REVIEWER"}
    yield "accounts.create", system, f"/unions/{COUNTY}/accounts/new", new
    other = make_account(Role.CLERK, OTHER_UNION)
    yield "clerks.hand_over", unit, f"/clerks/{other.id}/hand-over", {"display_name": "赵出纳"}
    yield "clerks.create", unit, f"/unions/{joint}/clerks/create", {}
    named = {"principal": unit.actor.account_id, "deputy": deputy.id, "first": day, "last": day}
    yield "deputies.name", unit, f"/unions/{TOWNSHIP}/deputies", named
    token = {"name": "人事系统", "scopes": "rosters.send", "days": "90"}
    yield "tokens.make", clerk, "/tokens", token
    yield "questions.ask", clerk, f"{here}/questions/ask", {"ask-text": "校验码怎么算？"}
    answer = {"answer-text": "对照证件，末位抄全。"}
    yield "question.answer", unit, f"/unions/{TOWNSHIP}/questions/1/answer", answer
    written = {"question": "校验码怎么算？", "answer": "看原件。"}
    yield "published.publish", city, f"/unions/{COUNTY}/questions/1/publish", written
    request = {"kind": "ACCESS", "identity": "IN_PERSON", "grounds": "本人来办公室提出"}
    yield "requests.ask", clerk, f"{here}/members/{member}/request", request
    correction = {"full_name": "叶青禾", "document_kind": "居民身份证", "why": "录错一个字"}
    yield "corrections.ask", clerk, f"{here}/members/{member}/identity", correction
    until = today().replace(year=today().year + 1).isoformat()
    campaign = {"title": "年度复核", "opens_on": day, "due_on": until}
    yield "campaigns.begin", city, f"/unions/{COUNTY}/campaigns/begin", campaign
    stages = {"survey": until, "count": until, "verify": until}
    shares = {"survey_share": "50", "count_share": "100"}
    turn = {**campaign, "title": "实名登记", **stages, **shares}
    yield "registrations.begin", city, f"/unions/{COUNTY}/campaigns/register", turn
    yield "exchange.make", city, f"/unions/{COUNTY}/exchange", {"reason": "按季度报送"}
    notice = {"purpose": "新的目的", "body": "新的全文"}
    yield "notices.publish", city, f"/unions/{COUNTY}/notices", notice
    union = {"unit": TOWNSHIP, "name": "试验新建公司工会", "state": "unformed"}
    yield "unions.enter", unit, f"/unions/{TOWNSHIP}/unions/new", union
    employer = {"name": "试验阀门厂"}
    yield "union.add_employer", unit, f"/unions/{joint}/profile/employers", employer
    book = sheet("工会代码 工会名称 状态", [UNION, "改名公司工会", "正常"])
    file = {"file": lambda: (io.BytesIO(book), "名单.xlsx")}
    yield "union_intake.receive", unit, f"/unions/{TOWNSHIP}/unions/imports", file
    more_members_than_employees(clerk.actor)
    asked = {"flag": "OVER", "note": "多出来的是谁？", "unions": UNION}
    yield "discrepancies.ask", unit, f"/unions/{TOWNSHIP}/discrepancies/ask", asked
    said = {"text": "劳务派遣 2 人。"}
    yield "explanations.answer", clerk, f"{here}/explanations/1/answer", said
    again = {"text": "合同到哪天？"}
    yield "explanations.ask_again", unit, f"/unions/{UNION}/explanations/1/again", again


def test_each_form_that_makes_something_does_it_once(app, desks):
    tried = []
    for route, desk, address, fields in forms(desks):

        def sent(page="page-1", desk=desk, address=address, fields=fields):
            made = {name: one() if callable(one) else one for name, one in fields.items()}
            return desk.send(page, address, **made)

        first = sent()
        assert first.status_code in (200, 303), (route, faults(first))
        done = entries()
        again = sent()
        assert (again.status_code, entries()) == (303, done), route
        if first.status_code == 303:
            assert again.location == first.location, route
        assert "没有重复办理" in words(desk.client.get("/home")), route
        tried.append(route)
    assert set(tried) == ONCE


def test_what_is_refused_is_free_and_other_words_are_another_act(desks):
    clerk, here = desks["clerk"], f"/unions/{UNION}/questions/ask"

    def asked():
        db.session.rollback()
        return db.session.scalar(select(func.count()).select_from(Question))

    assert clerk.send("page-1", here, **{"ask-text": ""}).status_code == 400
    assert clerk.send("page-1", here, **{"ask-text": "甲怎么填？"}).status_code == 303
    assert clerk.send("page-1", here, **{"ask-text": "乙怎么填？"}).status_code == 303
    assert clerk.send("page-1", here, **{"ask-text": "甲怎么填？"}).status_code == 303
    assert asked() == 2
    # Another page, or another person with the same page's token, asks for themselves.
    assert clerk.send("page-2", here, **{"ask-text": "甲怎么填？"}).status_code == 303
    assert asked() == 3
    # A refusal in the act's own transaction takes the note back with it.
    system, page = desks["system"], f"/unions/{COUNTY}/accounts/new"
    taken = {"name": "taken", "display_name": "王某", "place": TOWNSHIP, "roles": "REVIEWER"}
    make_account(Role.REVIEWER, TOWNSHIP, name="taken")
    assert system.send("page-1", page, **taken).status_code == 400
    assert system.send("page-1", page, **taken).status_code == 400
    # An answer that was shown once is not shown again, and it is said so.
    given = taken | {"name": "reviewer8"}
    assert system.send("page-1", page, **given).status_code == 200
    assert system.send("page-1", page, **given).status_code == 303
    assert "只显示一次的内容不会再显示" in words(system.client.get("/home"))
    names = select(func.count()).select_from(Account).where(Account.name == "reviewer8")
    assert db.session.scalar(names) == 1


def test_every_page_gives_its_forms_one_token(desks):
    page = desks["clerk"].client.get(f"/unions/{UNION}/questions/ask").text
    tokens = {part.split('"')[0] for part in page.split('name="form_token" value="')[1:]}
    assert len(tokens) == 1 and len(tokens.pop()) == 16
    other = desks["clerk"].client.get(f"/unions/{UNION}/questions/ask").text
    assert other.split('name="form_token" value="')[1][:16] not in page


def test_two_at_once_and_what_is_forgotten(register, monkeypatch):
    """Of two that come at the same moment one is done, whichever the engine."""
    key, done = b"k" * 32, []
    barrier = threading.Barrier(2)

    def act(number):
        with register.app_context():
            barrier.wait()
            try:
                with transaction() as session:
                    sent_forms.claim(session, COUNTY, key)
                    done.append(number)
            except sent_forms.Repeated:
                done.append(None)
            db.session.remove()

    both = [threading.Thread(target=act, args=(number,)) for number in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(done, key=str) in ([1, None], [2, None])
    sent_forms.keep_answer(COUNTY, key, "/unions/1")
    assert sent_forms.answer_of(db.session(), COUNTY, key) == "/unions/1"
    housekeeping.sweep()
    assert db.session.scalar(select(func.count()).select_from(FormSent)) == 1
    monkeypatch.setattr("registry.jobs.housekeeping.now", lambda: now() + sent_forms.timedelta(30))
    housekeeping.sweep()
    assert db.session.scalar(select(func.count()).select_from(FormSent)) == 0
