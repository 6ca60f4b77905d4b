"""What else goes on in the demo: people known from mutual aid, questions, doubts about who is who,
anomalies, explanations.

Done by the real operations, after the rosters. Each part is passed over where there is any of its
kind already, so that a second run changes nothing.
"""

from collections.abc import Callable
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from registry.accounts.names import clerk_name
from registry.accounts.queries import actor_named
from registry.anomalies.models import Anomaly
from registry.clock import today
from registry.db import db
from registry.discrepancies import explaining
from registry.discrepancies.marks import history, marked
from registry.discrepancies.models import Explanation
from registry.jobs import anomalies
from registry.jobs.leases import worker_name
from registry.jobs.work import run
from registry.members.models import Member, Membership
from registry.questions import operations as questions
from registry.questions.models import Question
from registry.questions.publishing import Written, publish
from registry.reference.models import ReferencePerson
from registry.reference.operations import load
from registry.review.identities.asking import ask
from registry.review.models import IdentityCase
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.unions import queries as unions
from seeds.employers import Employer
from seeds.people import People, Person
from seeds.rosters import Row, csv_file, roster_row, workbook
from seeds.stage import Stage
from seeds.yuhuan import COUNTY

# Their members are known from mutual aid; of the first and the third nobody of those spare is used.
KNOWN = ("3310830010005", "3310830010012", "3310830010025", "3310830010048")
FIRST_CLERK, SECOND_CLERK = "3310830010001", "3310830020021"
_STRANGERS = 240
_YEARS = (2012, 2015, 2017)
_RULE = "document.checksum"


def deal(
    employers: list[Employer], people: dict[str, list[Person]], say: Callable[[str], None]
) -> None:
    """Load the reference register, ask questions and raise doubts, as far as none are there."""
    if not people.keys() >= {*KNOWN}:
        return  # nobody to deal with
    by_code = {employer.code: employer for employer in employers}
    if not _any(ReferencePerson.county):
        say("医疗互助基础库：四家工会的会员和还没有入会的人")
        _mutual_aid(by_code, people)
    if not _any(Question.county):
        say("问题上报：已答复并公布的、转到市里的、等答复的")
        _questions()
    if not _any(IdentityCase.county):
        say("身份核对：申请更正一件，疑似重复登记一件")
        _doubts(by_code, people)
    if not _any(Anomaly.county):
        say("异常核查：几个人共用的手机号，快过阅读的审核")
        _anomalies(by_code, people)
    if not _any(Explanation.county):
        say("对账：请对不上的工会说明，一家已经答复")
        _explanations()


def _any(county: InstrumentedAttribute[str]) -> bool:
    return db.session.scalar(select(county).where(county == COUNTY).limit(1)) is not None


def _mutual_aid(by_code: dict[str, Employer], people: dict[str, list[Person]]) -> None:
    """Most members of these unions took part, and some who are in no roster yet."""
    strangers = People(Random(f"{COUNTY}:strangers")).some(_STRANGERS)  # noqa: S311 - nothing secret
    parts = [(code, people[code][at::3]) for code in KNOWN for at in range(2)]
    parts += [(code, strangers[at :: len(KNOWN)]) for at, code in enumerate(KNOWN)]
    rows: list[Row] = [
        {
            "姓名": one.full_name,
            "身份证号码": one.number,
            "手机号码": one.mobile,
            "工会名称": by_code[code].name,
            "参保年度": _YEARS[at % len(_YEARS)],
        }
        for code, some in parts
        for at, one in enumerate(some)
    ]
    city = actor_named(db.session(), f"city-{COUNTY}")
    load(workbook(rows), file_name="医疗互助参保名单.xlsx", county=COUNTY, actor=city)


def _questions() -> None:
    session = db.session()
    first, second = (
        actor_named(session, clerk_name(code, 1)) for code in (FIRST_CLERK, SECOND_CLERK)
    )
    reviewer, city = (
        actor_named(session, name) for name in ("reviewer-331083002", f"city-{COUNTY}")
    )
    known = questions.ask(
        SECOND_CLERK, "号码照身份证抄的，为什么说校验码不正确？", actor=second, rule=_RULE
    )
    questions.pass_up(known, "各工会常问，请市里统一答复。", actor=reviewer)
    answer = "请再对照身份证原件，多半是一位抄错或者两位颠倒。确实无误的，请街道核实。"
    questions.answer(known, answer, actor=city)
    publish(known, Written("校验码为什么不正确？", answer), actor=city)
    passed = questions.ask(
        SECOND_CLERK, "劳务派遣来的职工，会籍算我们的还是派遣公司的？", actor=second
    )
    questions.pass_up(passed, "", actor=reviewer)
    questions.ask(FIRST_CLERK, "退休返聘的人要不要报？", actor=first)


def _doubts(by_code: dict[str, Employer], people: dict[str, list[Person]]) -> None:
    """A member's number was typed wrong; another member works at a second union, which reported
    her with a number of her own.
    """
    known, other = (Stage(by_code[code], people) for code in (KNOWN[0], KNOWN[2]))
    query = (
        select(Membership.member_id)
        .join(Member, (Member.county == COUNTY) & (Member.id == Membership.member_id))
        .where(Membership.union_code == known.employer.code)
        .where(Member.full_name == known.members[2].full_name)
    )
    member = db.session.scalar(query)
    if member is None:
        return
    spare = known.spare[0].number
    said = {"document_number": spare}
    ask(known.employer.code, member, said, why="入会时抄错，已对照新身份证", actor=known.clerk)
    twin = known.members[3]
    again = other.spare[0]._replace(full_name=twin.full_name, mobile=twin.mobile)
    row = roster_row(again, other.employer, other.chance) | {"移动电话": twin.mobile}
    number = other.receive(csv_file([row]), "四月新进人员.csv", Kind.INCREMENT)
    submit(number, actor=other.clerk, hold_errors=True)
    approve(number, actor=other.reviewer)


def _anomalies(by_code: dict[str, Employer], people: dict[str, list[Person]]) -> None:
    """Some who entered together gave one mobile; then the city looks for anomalies."""
    union = Stage(by_code[KNOWN[1]], people)
    mobile = union.spare[0].mobile
    rows = [
        roster_row(one, union.employer, union.chance) | {"移动电话": mobile} for one in union.spare
    ]
    number = union.receive(csv_file(rows), "五月新进人员.csv", Kind.INCREMENT)
    fewer = len(union.members)  # than members by now: for the reconciliation
    submit(number, actor=union.clerk, hold_errors=True, employees=fewer)
    approve(number, actor=union.reviewer)
    city = actor_named(db.session(), f"city-{COUNTY}")
    run(anomalies.start(COUNTY, actor=city), worker_name())


def _explanations() -> None:
    """The city asks all whose numbers do not agree; the union that reported fewer employees than it
    has members answers.
    """
    session = db.session()
    city = actor_named(session, f"city-{COUNTY}")
    found = marked(session, unions.find(session, COUNTY), today())
    flagged = [one.line.code for one in found if one.marks]
    if KNOWN[1] not in flagged:
        return
    explaining.ask(COUNTY, flagged, "请核实后说明原因和人数。", actor=city)
    asked = history(session, unions.find(session, KNOWN[1]))
    clerk = actor_named(session, clerk_name(KNOWN[1], 1))
    explaining.answer(asked[-1].id, "村里招的季节工在本会入会，没有算作职工。", actor=clerk)
