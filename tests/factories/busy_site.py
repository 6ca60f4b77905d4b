"""A site that has so many of everything that its pages list: for what a page costs by rows."""

from datetime import date
from itertools import zip_longest
from typing import NamedTuple
from unittest.mock import patch

from flask import current_app
from sqlalchemy import insert, select, update

from registry.access.actor import Actor
from registry.access.roles import Role
from registry.accounts import deputies
from registry.accounts.models import Account, AccountRole, Deputy
from registry.accounts.queries import actor_of
from registry.clock import now, today
from registry.db import allocate, db, table_of, transaction
from registry.jobs.leases import worker_name
from registry.jobs.operations import upload
from registry.jobs.work import run
from registry.members.models import Membership, MembershipEvent, Tally
from registry.members.operations import open_member
from registry.members.roster import rows_of
from registry.members.seeing import Field, Why
from registry.reference.models import ReferenceLoad
from registry.reference.operations import load
from registry.review.identities.asking import ask
from registry.review.identities.deciding import rule_case
from registry.review.identities.states import Ruling
from registry.review.models import Decision, IdentityCase
from registry.review.operations import approve, send_back
from registry.review.sampling import draw
from registry.submissions.bundles.models import Bundle
from registry.submissions.corrections import edit_row
from registry.submissions.models import Correction, Submission, SubmissionRow
from registry.submissions.states import Kind
from registry.totals.operations import run_reconcile
from registry.trail.queries import entries
from registry.unions.models import Headcount, TradeUnion
from seeds.people import Person
from tests.factories import bundles
from tests.factories.accounts import MadeAccount, make_account
from tests.factories.busy_anomalies import make_anomalies
from tests.factories.busy_campaigns import make_campaigns, make_registration
from tests.factories.busy_exchange import make_exchange
from tests.factories.busy_explanations import make_explanations
from tests.factories.busy_periods import make_periods
from tests.factories.busy_questions import make_questions
from tests.factories.busy_requests import make_notices, make_requests
from tests.factories.busy_tokens import make_tokens
from tests.factories.busy_unions import make_union_events, make_union_intakes
from tests.factories.copies import copies
from tests.factories.numbers import spoilt
from tests.factories.people import label_row, make_people, table
from tests.factories.reference import make_base
from tests.factories.rosters import OTHER_UNION, UNION, csv_of, make_roster, send_in, take_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union

PLACES = {
    Role.CLERK: UNION,
    Role.REVIEWER: TOWNSHIP,
    Role.AUDITOR: COUNTY,
    Role.ADMINISTRATOR: COUNTY,
    Role.LOG_KEEPER: COUNTY,
}


# What a roster says anew of members, one in four each: another name, more, leaving, nothing.
_SAID: tuple[dict[str, object], ...] = (
    {"full_name": "欧阳某某"},
    {"education": "博士研究生", "political_status": "群众"},
    {"change": "退会", "changed_on": "2025-05-01"},
    {},
)


class BusySite(NamedTuple):
    """Who signs in, and the numbers of what stands in addresses."""

    accounts: dict[Role, MadeAccount]
    numbers: dict[str, int]


def make_busy_site(count: int) -> BusySite:
    """Fill the present application with `count` of everything that a page lists."""
    # Reserved for copies, which are to be older than what they stand beside.
    with transaction() as session:
        first = allocate(session, "submission", 2 * count)
    unions = _unions(count)
    accounts = {role: make_account(role, place) for role, place in PLACES.items()}
    clerk, reviewer, auditor = (
        actor_of(db.session(), accounts[role].id)
        for role in (Role.CLERK, Role.REVIEWER, Role.AUDITOR)
    )
    _clerks(accounts[Role.CLERK], count)
    members, strangers, newcomers, faulty = _people(count)
    admitted = send_in(make_roster(members), clerk)
    approve(admitted, actor=reviewer)
    other = actor_of(db.session(), make_account(Role.CLERK, OTHER_UNION).id)
    approve(send_in(make_roster(strangers), other, union=OTHER_UNION), actor=reviewer)

    numbers = {"admitted": admitted, "clerk": accounts[Role.CLERK].id}
    numbers["admission"] = _only_decision(admitted)
    everybody = _mixed(members, strangers, newcomers)
    numbers["sent"] = send_in(everybody, clerk)
    draw(numbers["sent"], actor=reviewer)
    numbers["again"] = take_in(everybody, clerk, kind=Kind.REVERIFY)
    numbers["full"] = take_in(make_roster([*strangers, *newcomers]), clerk, kind=Kind.FULL)
    numbers["faulty"] = _faulty_draft(faulty, clerk, count)
    numbers["returned"] = _returned_draft(newcomers, clerk, reviewer, count)
    numbers["unsure"] = _unsure_draft(newcomers, clerk, count)
    numbers["mapping"], numbers["done"] = _bundles(count, unions, reviewer, auditor)
    numbers["faulty_load"] = _reference(newcomers, auditor, count)
    numbers["member"] = _looked_at(clerk, count)
    rows_of(UNION, actor=clerk)
    numbers["file"] = entries(db.session(), COUNTY, action="roster.blank")[0].number
    _more_of_the_union(count, first, admitted, numbers["faulty"])
    _cases(clerk, reviewer, count)
    numbers["asked"] = make_questions(clerk, other, reviewer, auditor, count)
    _deputies(accounts, reviewer, count)
    numbers["campaign"] = make_campaigns(clerk, auditor, count)
    numbers["registration"] = make_registration(auditor, count)
    numbers["exchange"] = make_exchange(auditor, count)
    numbers["anomaly"] = make_anomalies(auditor, count)
    make_explanations(clerk, auditor, count)
    make_tokens(accounts.values(), count)
    make_requests(clerk, reviewer, count)
    make_notices(auditor, count)
    make_union_events([*unions, *[UNION] * count])
    make_periods(auditor, count)
    make_union_intakes(count)
    _differences(auditor)
    return BusySite(accounts, numbers)


def _only_decision(submission: int) -> int:
    query = select(Decision.id).where(Decision.submission_id == submission)
    return db.session.scalars(query).one()


def _unions(count: int) -> list[str]:
    """Make review units beside the township, and unions below it with employees; return these."""
    make_union(COUNTY, name="试验市总工会")
    units = [f"{COUNTY}{100 + number}" for number in range(count)]
    unions = [f"{TOWNSHIP}{1000 + number}" for number in range(count)]
    for code, others in ((UNION, []), (OTHER_UNION, unions), (TOWNSHIP, units)):
        _unions_like(code, others)
    declared = {"county": COUNTY, "declared_on": date(2024, 1, 1), "recorded_at": now()}
    with transaction() as session:
        session.execute(
            insert(table_of(Headcount)),
            [{**declared, "union_code": code, "employees": 100} for code in unions],
        )
    return unions


def _unions_like(code: str, others: list[str]) -> None:
    path = make_union(code).path
    copies(
        TradeUnion,
        TradeUnion.code == code,
        len(others),
        code=lambda number: others[number - 1],
        path=lambda number: path.replace(f"/{code}/", f"/{others[number - 1]}/"),
        name=lambda number: f"试验{others[number - 1]}工会",
    )


def _clerks(clerk: MadeAccount, count: int) -> None:
    """Give the union more clerks and the county more accounts."""
    copies(
        Account,
        Account.id == clerk.id,
        count,
        id=lambda number: 10_000 + number,
        name=lambda number: f"clerk-more-{number:04}",
    )
    copies(
        AccountRole,
        AccountRole.account_id == clerk.id,
        count,
        account_id=lambda number: 10_000 + number,
    )


def _people(count: int) -> tuple[list[Person], list[Person], list[Person], list[Person]]:
    """Return members of the union, of another one, and two lots of people of none."""
    few = max(count // 4, 2)
    people = make_people(2 * count + 2 * few)
    return (
        people[:count],
        people[count : count + few],
        people[count + few : count + 2 * few],
        people[count + 2 * few :],
    )


def _mixed(members: list[Person], *others: list[Person]) -> bytes:
    """Return a roster in which all that can be said of people comes up again every few rows."""
    people: list[Person] = []
    changes: dict[int, dict[str, object]] = {}
    lots = [*(members[kind :: len(_SAID)] for kind in range(len(_SAID))), *others]
    for step in zip_longest(*lots):
        for one, said in zip_longest(step, _SAID, fillvalue={}):
            if one is not None:
                changes[len(people)] = said
                people.append(one)
    return make_roster(people, changes)


def _faulty_draft(people: list[Person], clerk: Actor, count: int) -> int:
    """Take in a draft of which every row has a fault, with as many steps of correcting it."""
    changes = {}
    for place, one in enumerate(people):
        kinds = [
            {"document_number": spoilt(one.number), "ethnicity": "汗族"},
            {"full_name": f" {one.full_name} ", "mobile": None},
            {"full_name": " ", "mobile": "138"},
            {"document_number": people[0].number, "sex": "不详"},
            {"mobile": people[0].mobile},
        ]
        changes[place] = kinds[place % len(kinds)]
    number = take_in(make_roster(people, changes), clerk)
    edit_row(number, 4, {"mobile": "139"}, actor=clerk)
    copies(
        Correction,
        Correction.submission_id == number,
        count,
        number=lambda step: 1 + step,
    )
    return number


def _returned_draft(people: list[Person], clerk: Actor, reviewer: Actor, count: int) -> int:
    """Have every row sent back, each by a decision of its own; returns the follow-up draft."""
    more = [*people, *make_people(count, seed=3)]
    sent = send_in(make_roster(more), clerk, kind=Kind.REVERIFY)
    rows = list(range(2, 2 + len(more)))
    outcome = send_back(sent, actor=reviewer, rows=rows, reason="wrong_data", note="请核对")
    first = db.session.scalar(select(Decision.id).where(Decision.submission_id == sent).limit(1))
    assert first is not None and outcome.follow_up_id is not None
    copies(Decision, Decision.id == first, count, id=lambda number: first + 1000 + number)
    with transaction() as session:
        for row in rows[:count]:
            session.execute(
                update(SubmissionRow)
                .where(SubmissionRow.submission_id == sent, SubmissionRow.row == row)
                .values(decision_id=first + 1000 + row - 1)
            )
    return outcome.follow_up_id


def _unsure_draft(people: list[Person], clerk: Actor, count: int) -> int:
    """Upload a roster with columns that nobody knows, which the page asks about."""
    rows = [
        label_row(one) | {f"车间{number}": f"第{number}班" for number in range(count)}
        for one in people
    ]
    header, *lines = table(rows)
    header = ["证照编号" if label == "有效证件号码" else label for label in header]
    received = upload(
        csv_of([header, *lines]),
        file_name="不明列.csv",
        union_code=UNION,
        kind=Kind.INCREMENT,
        actor=clerk,
    )
    assert received.batch_id is not None
    run(received.batch_id, worker_name())
    return received.submission_id


def _bundles(count: int, unions: list[str], reviewer: Actor, auditor: Actor) -> tuple[int, int]:
    """Make a bundle with so many names, one with so many parts, and many of a township's and a
    county's.
    """
    people = make_people(2 * count, seed=4)
    names = [f"没有的工会{number}" for number in range(count)]
    mapping = bundles.read_in(bundles.make_bundle(people, [*names, *unions]), reviewer)
    done = bundles.ready(bundles.make_bundle(people[:count], unions), reviewer)
    bundles.split(done, reviewer)
    of_county = bundles.read_in(bundles.make_bundle(people[:2], unions), auditor, COUNTY)
    for number, where in ((done, 1_000), (of_county, 2_000)):
        copies(
            Bundle,
            Bundle.id == number,
            count,
            id=lambda copy, where=where: where + copy,
            is_current=lambda _: False,
        )
    return mapping, done


def _reference(people: list[Person], auditor: Actor, count: int) -> int:
    """Load people who are no members yet, a workbook of which every row is refused, and many more;
    returns the number of the refused.
    """
    strangers = make_people(count, seed=6)
    names = [f"没有的单位{number}" for number in range(count)]
    faults = {place: {"身份证号码": spoilt(one.number)} for place, one in enumerate(people)}
    placed = {place: {"工会名称": name} for place, name in enumerate(names)}
    loaded = [
        load(content, file_name="医疗互助.xlsx", county=COUNTY, actor=auditor)
        for content in (
            make_base(people),
            make_base(strangers, changes=placed),
            make_base(people, changes=faults),
        )
    ]
    copies(ReferenceLoad, ReferenceLoad.id == loaded[0], count, id=lambda number: 100 + number)
    return loaded[-1]


def _looked_at(clerk: Actor, count: int) -> int:
    """Have the members' numbers looked at, one of them often, and that one's past long."""
    query = select(Membership.member_id).where(Membership.union_code == UNION)
    first, *others = db.session.scalars(query.order_by(Membership.id)).all()
    with patch.dict(current_app.config, LOOKS_PER_HOUR=count + 1, LOOKS_PER_DAY=count + 1):
        for member in [*others, *[first] * 20][-count:]:
            open_member(COUNTY, member, Field.DOCUMENT, actor=clerk, why=Why("BENEFIT", "参保名单"))
    copies(
        MembershipEvent,
        MembershipEvent.member_id == first,
        count,
        id=lambda number: 100_000 + number,
    )
    return first


def _cases(clerk: Actor, reviewer: Actor, count: int) -> None:
    """Have many corrections asked for, and many decided on."""
    query = select(Membership.member_id).where(
        Membership.union_code == UNION, Membership.state == "ACTIVE"
    )
    first, second = db.session.scalars(query.order_by(Membership.id)).all()[:2]
    asked = ask(UNION, first, {"full_name": "欧阳改名"}, why="录错了", actor=clerk)
    decided = ask(UNION, second, {"full_name": "欧阳又改"}, why="录错了", actor=clerk)
    rule_case(decided, Ruling.KEEP, note="请附户口簿", actor=reviewer)
    for number, base in ((asked, 1_000), (decided, 2_000)):
        copies(
            IdentityCase,
            IdentityCase.id == number,
            count,
            id=lambda copy, base=base: base + copy,
            other_id=lambda copy: copy,
        )


def _more_of_the_union(count: int, first: int, *submissions: int) -> None:
    """Make more of the union's rosters that were dealt with, and more of its drafts."""
    for place, number in enumerate(submissions):
        copies(
            Submission,
            Submission.id == number,
            count,
            id=lambda copy, place=place: first + place * count + copy - 1,
            is_current=lambda _: False,
        )


def _deputies(accounts: dict[Role, MadeAccount], reviewer: Actor, count: int) -> None:
    """Have the reviewer name deputies, one after the other."""
    other = make_account(Role.REVIEWER, f"{COUNTY}002")
    ids = (accounts[Role.REVIEWER].id, other.id)
    named = deputies.name(*ids, today(), today(), actor=reviewer)
    copies(Deputy, Deputy.id == named, count, id=lambda number: 100 + number)


def _differences(auditor: Actor) -> None:
    """Spoil every tally, and recount."""
    with transaction() as session:
        session.execute(update(Tally).values(pending=Tally.pending + 1))
    run_reconcile(COUNTY, auditor)
