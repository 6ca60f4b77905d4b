"""The whole demo, laid once: what it holds, that it is real, and that a second run adds nothing."""

import json
import re
import shutil
import sqlite3
from contextlib import contextmanager
from random import Random

import pytest
import sqlalchemy as sa

from registry.access.roles import Role
from registry.accounts.models import Account
from registry.accounts.passwords import matches
from registry.accounts.queries import actor_named
from registry.app import create_app
from registry.clock import today
from registry.db import db
from registry.questions.models import PublishedAnswer, Question
from registry.questions.states import QuestionState
from registry.reference.models import ReferencePerson
from registry.review.identities.states import Doubt
from registry.review.models import IdentityCase
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import RowState, State
from registry.totals.recount import reconcile
from registry.trail.models import TrailEntry
from registry.trail.queries import verify
from registry.unions import book, queries
from registry.unions.directory import DUE_WITHIN, Standing, Wanted, count, standing
from registry.unions.intake.lines import Outcome
from registry.unions.intake.operations import receive
from registry.unions.intake.queries import intake
from registry.unions.models import Headcount, TradeUnion, UnionEmployer
from registry.vault import keyfile
from seeds import samples
from seeds.demo import SEED, seed_demo
from seeds.employers import invent_employers
from seeds.installation import upgrade_schema
from seeds.register import JOINT
from seeds.samples import SAMPLES
from seeds.stage import casts
from tests.fixtures.demo import PASSWORD, TOLD

DEALINGS = (
    *("工会组织", "实名登记活动", "医疗互助基础库", "问题上报"),
    *("身份核对", "异常核查", "对账"),
)
CLERK, REVIEWER = "clerk-3310830010001", "reviewer2-331083001"


@contextmanager
def _context(app):
    """The context of an application whose connections are closed at the end."""
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def _installation(folder, url=""):
    """An empty installation with its schema, in its application context."""
    keyfile.create(folder, demo=True)
    app = create_app({"REGISTRY_DATA": str(folder), "DATABASE_URL": url})
    with _context(app):
        upgrade_schema()
        yield app


@pytest.fixture(scope="module")
def told(laid_demo):
    """What laying the demo said, added and took."""
    return json.loads((laid_demo / TOLD).read_text("utf-8"))


@pytest.fixture(scope="module")
def demo(laid_demo, tmp_path_factory):
    """A copy of the demo, in its application context."""
    folder = shutil.copytree(laid_demo, tmp_path_factory.mktemp("seeds") / "demo")
    with _context(create_app({"REGISTRY_DATA": str(folder)})) as app:
        yield app


def _count(model, *where) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


def _rows(folder) -> list[str]:
    with sqlite3.connect(folder / "registry.sqlite3") as connection:
        dump = list(connection.iterdump())
    connection.close()
    return dump


def test_what_was_added_is_told(told):
    said = told["said"]
    assert told["added"] == {"unions": 627, "accounts": 633, "rosters": len(SAMPLES)}
    assert len(said) == len(SAMPLES) + 1 + len(DEALINGS)
    assert not any(PASSWORD in line for line in said)


def test_it_takes_seconds(told):
    assert told["seconds"] < 30, "of this process; some 6 on an idle machine"


def test_the_tree(demo):
    levels = sa.select(TradeUnion.level, sa.func.count()).group_by(TradeUnion.level)
    assert dict(db.session.execute(levels).tuples().all()) == {
        "COUNTY": 1,
        "TOWNSHIP": 12,
        "GRASSROOTS": 606 + 8,
    }
    unit = db.session.get(TradeUnion, "331083201")
    assert (unit.name, unit.path) == ("鸡山乡工会联合会", "/331083/331083201/")


def test_some_unions_are_still_to_be_formed(demo):
    now_is = standing(db.session(), "/331083/", today())
    assert now_is == Standing(existing=606, preparing=3, listed=5)
    due = Wanted(due_by=today() + DUE_WITHIN)
    assert count(db.session(), "/331083/", due) == 3
    covered = sa.select(sa.func.count()).select_from(UnionEmployer)
    assert db.session.scalar(covered) == 4 * JOINT


def test_every_union_declared_its_employees(demo):
    declared = sa.select(sa.func.count(sa.distinct(Headcount.union_code)))
    assert db.session.scalar(declared) == 606


def test_accounts_of_all_roles_with_one_password(demo):
    assert _count(Account) == 606 + 24 + 3
    hashes = db.session.scalars(sa.select(Account.password_hash).distinct()).all()
    assert len(hashes) == 1
    assert matches(hashes[0], PASSWORD)
    roles = {
        name: actor_named(db.session(), name).roles
        for name in (CLERK, REVIEWER, "city-331083", "system", "log-keeper")
    }
    assert [*roles.values()] == [
        {Role.CLERK},
        {Role.REVIEWER},
        {Role.AUDITOR},
        {Role.ADMINISTRATOR},
        {Role.LOG_KEEPER},
    ]
    assert actor_named(db.session(), REVIEWER).path == "/331083/331083001/"


def test_rosters_in_every_state(demo):
    states = set(db.session.scalars(sa.select(Submission.state)))
    # STAGED is a state in passing: of it nothing is ever seen.
    assert states == set(State) - {State.STAGED}
    of_rows = set(db.session.scalars(sa.select(SubmissionRow.state)))
    assert of_rows >= {RowState.PENDING, RowState.APPROVED, RowState.SENT_BACK, RowState.DRAFT}
    matched = set(db.session.scalars(sa.select(SubmissionRow.match)))
    assert matched >= {"NEW", "TRANSFER", "CONFLICT", "LEAVE", "RETAIN"}


def test_people_known_before_questions_and_doubts(demo):
    session = db.session()
    assert session.scalar(sa.select(sa.func.count()).select_from(ReferencePerson)) > 1000
    states = set(session.scalars(sa.select(Question.state)))
    assert states == {QuestionState.ANSWERED, QuestionState.PASSED_UP, QuestionState.OPEN}
    assert session.scalar(sa.select(sa.func.count()).select_from(PublishedAnswer)) == 1
    doubts = set(session.scalars(sa.select(IdentityCase.doubt)))
    assert doubts == {Doubt.ASKED, Doubt.PAIR}


def test_the_first_clerk_has_a_draft_to_correct_and_no_members(demo):
    (draft,) = db.session.scalars(
        sa.select(Submission).where(Submission.union_code == "3310830010001")
    )
    assert draft.state == State.DRAFT
    assert draft.error_count >= 8
    assert draft.skipped_count == 2


def test_every_finding_of_the_sound_rosters_is_no_error(demo):
    errors = sa.select(SubmissionRow.submission_id).where(SubmissionRow.worst == "error")
    drafts = sa.select(Submission.id).where(Submission.state == State.DRAFT)
    assert set(db.session.scalars(errors)) <= set(db.session.scalars(drafts))


def test_some_thousand_members_and_totals_that_agree(demo):
    checked, differences = reconcile(db.session(), "331083")
    assert differences == []
    assert 3000 < checked < 6000


def test_the_trail_holds_and_names_the_acts(demo):
    count, faults = verify(db.session())
    assert faults == []
    acts = set(db.session.scalars(sa.select(TrailEntry.action)))
    assert count > len(SAMPLES) * 2
    assert acts >= {"installation.seed", "roster.upload", "submission.submit", "review.approve"}


def test_no_document_number_stands_in_the_database(demo):
    folder = demo.config["DATA"]
    content = b"".join(path.read_bytes() for path in folder.iterdir() if "sqlite" in path.name)
    people = casts(invent_employers(Random(SEED)), [sample.union for sample in SAMPLES])
    secret = {person.number.encode() for cast in people.values() for person in cast}
    secret |= {person.mobile.encode() for cast in people.values() for person in cast}
    in_clear = {content[at : at + size] for size in (18, 11) for at in _digits(content, size)}
    assert len(secret) > 10_000
    assert secret & in_clear == set()


def _digits(content: bytes, size: int) -> list[int]:
    """Return where so many digits (or X) stand in a row, overlapping ones too."""
    return [found.start() for found in re.finditer(rb"(?=[0-9X]{%d})" % size, content)]


def test_the_exported_unions_are_taken_in_again_unchanged(demo):
    session = db.session()
    city = actor_named(session, "city-331083")
    exported = book.export("331083", actor=city)
    told = {"file_name": "工会组织.xlsx", "code": "331083", "actor": city}
    number = receive(exported.content, **told)
    found = intake(session, queries.find(session, "331083"), number)
    wrong = [line for line in found.lines if line.outcome is not Outcome.SAME]
    assert (exported.unions, wrong) == (found.view.same_count, [])
    assert found.view.same_count > 606


def test_a_second_run_changes_nothing(demo):
    folder, said = demo.config["DATA"], []
    before = _rows(folder)
    again = seed_demo("another-password", said.append)
    assert again == {"unions": 0, "accounts": 0, "rosters": 0}
    assert said == []
    assert _rows(folder) == before


def test_a_killed_run_is_finished_by_the_next(tmp_path, monkeypatch):
    """On what a first run left behind, the next adds the rest."""
    few = [sample for sample in SAMPLES if sample.union in ("3310832010003", "3310830010018")]
    with _installation(tmp_path):

        def stop_at_the_second(line):
            if few[1].shown in line:
                raise KeyboardInterrupt

        monkeypatch.setattr(samples, "SAMPLES", few)
        with pytest.raises(KeyboardInterrupt):
            seed_demo(PASSWORD, stop_at_the_second)
        assert _count(Submission) == 1
        added = seed_demo(PASSWORD, lambda line: None)
        assert added == {"unions": 0, "accounts": 0, "rosters": 1}


def test_a_blank_password_is_chosen_and_said_once(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "SAMPLES", ())
    said = []
    with _installation(tmp_path):
        seed_demo("", said.append)
        seed_demo("", said.append)
        (line,) = [line for line in said if "密码" in line]
        account = db.session.scalar(sa.select(Account).where(Account.name == CLERK))
        assert matches(account.password_hash, line.partition("：")[2])


@pytest.mark.postgresql
def test_the_demo_on_postgresql(tmp_path, new_postgresql, monkeypatch):
    some = {"3310832010003", "3310830010017", "3310830010018", "3310831030004"}
    monkeypatch.setattr(samples, "SAMPLES", [one for one in SAMPLES if one.union in some])
    with _installation(tmp_path, new_postgresql()):
        added = seed_demo(PASSWORD, lambda line: None)
        assert added == {"unions": 627, "accounts": 633, "rosters": 4}
        assert reconcile(db.session(), "331083")[1] == []
        assert verify(db.session())[1] == []
