"""How far a roster for many unions is, and what it brought each of them, page by page."""

import re

import pytest
from sqlalchemy import update

from registry.db import db
from registry.jobs.models import Batch
from registry.review.operations import approve
from registry.submissions.bundles import queries
from tests.factories.accounts import post
from tests.factories.bundle_desk import sit_down, uploaded, words, work
from tests.factories.bundles import UNIONS, make_bundle, view
from tests.factories.numbers import spoilt
from tests.factories.people import make_people
from tests.factories.rosters import make_reviewer
from tests.factories.statements import counted_statements


@pytest.fixture
def desk(client):
    """A browser on which the township's reviewer is signed in."""
    return sit_down(client)


@pytest.fixture
def result(desk):
    """The result page of three unions: the first has a row to correct."""
    people = make_people(6)
    changes = {0: {"document_number": spoilt(people[0].number)}}
    page = uploaded(desk, make_bundle(people, changes=changes))
    post(desk, f"{page}/confirm", page=page)
    work()
    return page


def unions_on(text):
    return [name for name in UNIONS.values() if f'class="row-name">{name}<' in text]


def test_the_unions_of_a_result_are_paged(desk, result, monkeypatch):
    everybody = list(UNIONS.values())
    assert unions_on(desk.get(result).text) == everybody
    assert "翻页" not in desk.get(result).text
    monkeypatch.setattr("registry.web.bundles.PAGE", 2)

    first = desk.get(result).text
    assert unions_on(first) == everybody[:2] and "本页 2 家" in first
    onward = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = desk.get(onward).text
    assert unions_on(second) == everybody[2:]
    assert 'rel="prev"' in second and 'rel="next"' not in second


def test_the_unions_with_something_to_do_are_found(desk, result):
    first, *others = UNIONS.values()
    assert re.findall(r"(全部|需改正|还有人待审) (\d) 条", words(desk.get(result).text)) == [
        ("全部", "3"),
        ("需改正", "1"),
        ("还有人待审", "3"),
    ]
    assert unions_on(desk.get(f"{result}?show=faulty").text) == [first]
    sent = queries.parts(db.session(), view(1))[0].submission_id
    approve(sent, actor=make_reviewer())

    assert unions_on(desk.get(f"{result}?show=pending").text) == others
    for part in queries.parts(db.session(), view(1))[1:]:
        approve(part.submission_id, actor=make_reviewer())
    assert "没有这样的工会" in desk.get(f"{result}?show=pending").text
    assert unions_on(desk.get(f"{result}?show=nothing").text) == list(UNIONS.values())


def test_more_unions_in_a_result_ask_no_more_questions(desk, result, monkeypatch):
    with counted_statements() as many:
        desk.get(result)
    monkeypatch.setattr("registry.web.bundles.PAGE", 1)
    with counted_statements() as few:
        desk.get(result)
    assert many.count == few.count


@pytest.mark.parametrize(
    ("stage", "done", "total", "running", "paused"),
    [
        ("settle", 0, 0, "正在核对全表的重复", "停在核对全表的重复"),
        (
            "finish",
            2,
            3,
            "正在汇总各家工会：第 2 家 / 共 3 家 66%",
            "停在汇总各家工会：第 2 家 / 共 3 家 66%",
        ),
        ("read", 0, 0, "正在读取第 0 行", "停在第 0 行 / 共 7 行"),
    ],
)
def test_the_last_stage_shows_its_progress_also_when_paused(
    desk, stage, done, total, running, paused
):
    page = uploaded(desk, make_bundle(make_people(7)))
    post(desk, f"{page}/confirm", page=page)
    for state, said in (("RUNNING", running), ("PAUSED", paused)):
        values = {"state": state, "stage": stage, "done": done, "total": total}
        db.session.execute(update(Batch).values(values))
        db.session.commit()
        text = desk.get(page).text
        assert said in words(text)
        bar = re.search(r"<progress[^>]*>", text)[0]
        # A bar without a value is drawn with stripes: it goes on.
        assert ("value=" in bar) is (state == "PAUSED" or total > 0)
