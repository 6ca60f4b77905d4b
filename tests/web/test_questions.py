"""The pages of questions: asking, answering, passing up, merging, publishing; who sees what."""

from datetime import timedelta
from html import unescape

import pytest

from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import db
from registry.questions import operations, queries
from registry.questions.states import QuestionState
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_roster, take_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

FAR_TOWNSHIP = "331083002"
TEXT, OTHER_TEXT = "号码没有写错，为什么说校验码不正确？", "退休返聘的人要不要报？"
ANSWER = "请看身份证原件。"


@pytest.fixture
def desks(app):
    """A browser for each side, and its actor."""
    make_union_tree()
    places = {
        "clerk": (Role.CLERK, UNION),
        "other": (Role.CLERK, OTHER_UNION),
        "unit": (Role.REVIEWER, TOWNSHIP),
        "far": (Role.REVIEWER, FAR_TOWNSHIP),
        "city": (Role.AUDITOR, COUNTY),
    }
    made = {}
    for name, (role, place) in places.items():
        account, client = make_account(role, place), app.test_client()
        sign_in(client, account)
        made[name] = Desk(client, actor_of(db.session(), account.id))
    return made


class Desk:
    """Somebody at the site."""

    def __init__(self, client, actor):
        self.client, self.actor = client, actor
        self.here = f"/unions/{actor.place}/questions"

    def get(self, tail="", address=""):
        return self.client.get(address or self.here + tail)

    def text(self, tail="", address=""):
        return unescape(self.get(tail, address).text)

    def post(self, tail, **fields):
        return post(self.client, self.here + tail, **fields)


def ask(desk, text=TEXT, **about):
    return operations.ask(desk.actor.place, text, actor=desk.actor, **about)


def state(number):
    db.session.rollback()
    return queries.find(db.session(), COUNTY, "/", number).state


def test_a_question_is_asked_in_general_and_stands_in_the_list(desks):
    clerk = desks["clerk"]
    assert "没有等答复的问题" in clerk.text()
    answer = clerk.post("/ask", **{"ask-text": TEXT})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{clerk.here}/1")
    assert TEXT in clerk.text("/1")
    assert TEXT in clerk.text()


def test_a_question_is_asked_at_a_row_of_the_draft(desks):
    clerk = desks["clerk"]
    people = make_people(2)
    draft = take_in(make_roster(people, {0: {"mobile": "138"}}), clerk.actor)
    page = clerk.text(address=f"/submissions/{draft}?tab=all")
    about = f"submission={draft}&row=2&rule=mobile.format"
    assert f"{clerk.here}/ask?{about}" in page.replace("&amp;", "&")
    form = clerk.text(f"/ask?{about}")
    assert f"第 {draft} 号报送 第 2 行" in form
    assert "手机号码格式不对" in form
    clerk.post(f"/ask?{about}", **{"ask-text": "座机行不行？"})
    view = queries.find(db.session(), COUNTY, "/", 1)
    assert (view.submission_id, view.row, view.rule) == (draft, 2, "mobile.format")
    for name in ("clerk", "unit"):
        page = desks[name].text("/1")
        assert f"第 {draft} 号报送第 2 行" in page
        assert people[0].full_name not in page
        assert people[0].number not in page


def test_the_help_page_of_a_rule_leads_to_asking_of_it(desks):
    link = f"{desks['clerk'].here}/ask?rule=document.checksum"
    assert link in desks["clerk"].text(address="/help/document.checksum")
    assert "/ask" not in desks["unit"].text(address="/help/document.checksum")
    assert desks["clerk"].get("/ask?rule=no.rule").status_code == 404


def test_a_number_in_the_text_is_refused_and_what_was_written_stays(desks):
    clerk, number = desks["clerk"], "138" + "00138000"
    answer = clerk.post("/ask", **{"ask-text": f"打 {number} 没人接"})
    assert answer.status_code == 400
    assert "第 3 个字起" in answer.text
    assert f"打 {number} 没人接" in answer.text
    assert queries.counts(db.session(), COUNTY, "/")[QuestionState.OPEN].total == 0


def test_the_home_pages_say_what_waits_how_long_and_what_was_answered(desks, monkeypatch):
    number = ask(desks["clerk"])
    set_clock(monkeypatch, now() + timedelta(minutes=5))
    assert "等得最久的已经等了不到 1 小时" in desks["unit"].text(address="/home")
    assert "问题待答复" not in desks["city"].text(address="/home")
    assert "问题有答复了" not in desks["clerk"].text(address="/home")
    operations.pass_up(number, actor=desks["unit"].actor)
    assert "问题待答复" not in desks["unit"].text(address="/home")
    assert "问题待答复" in desks["city"].text(address="/home")
    operations.answer(number, ANSWER, actor=desks["city"].actor)
    assert "问题有答复了" in desks["clerk"].text(address="/home")
    assert "问题有答复了" not in desks["other"].text(address="/home")
    desks["clerk"].post(f"/{number}/close")
    assert "问题有答复了" not in desks["clerk"].text(address="/home")


def test_the_unit_answers_and_the_clerk_asks_again(desks):
    number = ask(desks["clerk"])
    desks["unit"].post(f"/{number}/answer", **{"answer-text": ANSWER})
    page = desks["clerk"].text(f"/{number}")
    assert ANSWER in page
    assert "乡镇（街道）工会答复" in page
    answer = desks["clerk"].post(f"/{number}/reopen", **{"again-text": ""})
    assert answer.status_code == 400
    assert state(number) is QuestionState.ANSWERED
    desks["clerk"].post(f"/{number}/reopen", **{"again-text": "原件上也是这样"})
    assert state(number) is QuestionState.OPEN
    assert "原件上也是这样" in desks["unit"].text(f"/{number}")


def test_the_word_for_the_city_is_not_for_the_clerk(desks):
    number, word = ask(desks["clerk"]), "这家工会总是问"
    desks["unit"].post(f"/{number}/pass-up", **{"word-text": word})
    assert word in desks["city"].text(f"/{number}")
    assert word not in desks["clerk"].text(f"/{number}")
    assert "上报市总工会" in desks["clerk"].text(f"/{number}")
    desks["city"].post(f"/{number}/pass-on")
    assert state(number) is QuestionState.PASSED_ON
    assert "记下地市的答复" in desks["city"].text(f"/{number}")
    assert "地市还没有回复的问题" in desks["city"].text(address="/home")
    desks["city"].post(f"/{number}/answer", **{"answer-text": ANSWER})
    assert "地市工会答复" in desks["clerk"].text(f"/{number}")


def test_alike_ones_are_suggested_and_the_user_decides(desks):
    first, second = ask(desks["clerk"]), ask(desks["other"], "号码没有写错，怎么还说校验码不正确")
    third = ask(desks["other"], OTHER_TEXT)
    page = desks["unit"].text(f"/{second}")
    assert f'name="into" value="{first}"' in page
    assert f'name="into" value="{third}"' not in page
    assert desks["unit"].post(f"/{second}/merge").status_code == 400
    desks["unit"].post(f"/{second}/merge", into=first)
    assert state(second) is QuestionState.MERGED
    assert "答复（2 个问题）" in desks["unit"].text(f"/{first}")
    desks["unit"].post(f"/{first}/answer", **{"answer-text": ANSWER})
    page = desks["other"].text(f"/{second}")
    assert ANSWER in page
    # Who asked the same is nobody's business.
    assert TEXT not in page
    assert desks["clerk"].actor.display_name not in page
    assert f"第 {first} 号" not in page


def test_any_number_may_be_given_but_only_of_this_place(desks):
    first, second = ask(desks["clerk"]), ask(desks["other"], OTHER_TEXT)
    assert desks["unit"].post(f"/{second}/merge", number=99).status_code == 404
    desks["unit"].post(f"/{second}/merge", number=first)
    assert state(second) is QuestionState.MERGED
    desks["unit"].post(f"/{second}/separate")
    assert state(second) is QuestionState.OPEN


def test_outside_the_place_there_is_no_question(desks):
    number = ask(desks["clerk"])
    for name in ("other", "far"):
        desk = desks[name]
        assert desk.get(f"/{number}").status_code == 404
        assert TEXT not in desk.text()
        address = f"{desks['clerk'].here}/{number}"
        assert desk.get(address=address).status_code == 404
    assert desks["far"].post(f"/{number}/answer", **{"answer-text": ANSWER}).status_code == 404
    assert desks["other"].post(f"/{number}/close").status_code == 404
    assert desks["clerk"].post(f"/{number}/answer").status_code == 403
    # An address names the place: the question is not there either.
    assert desks["unit"].get(address=f"/unions/{OTHER_UNION}/questions/{number}").status_code == 404
    assert state(number) is QuestionState.OPEN


def test_an_act_that_no_longer_fits_says_so(desks):
    number = ask(desks["clerk"])
    operations.pass_up(number, actor=desks["unit"].actor)
    answer = desks["unit"].post(f"/{number}/answer", **{"answer-text": ANSWER})
    assert answer.status_code == 303
    assert "已上报市级，不能在这里这样办理" in desks["unit"].text(f"/{number}")


def test_an_answer_is_published_written_anew_and_taken_back(desks):
    number = ask(desks["clerk"], rule="document.checksum")
    operations.answer(number, ANSWER, actor=desks["unit"].actor)
    city = desks["city"]
    assert ANSWER in city.text(f"/{number}/publish")
    named = {"question": "试验0001公司工会问的", "answer": ANSWER, "with_rule": "y"}
    answer = city.post(f"/{number}/publish", **named)
    assert answer.status_code == 400
    assert "请不要写工会名称" in answer.text
    written = named | {"question": "校验码怎么算？"}
    assert city.post(f"/{number}/publish", **written).status_code == 303
    for address in ("/help", "/help/document.checksum", "/help/questions"):
        assert "校验码怎么算？" in desks["other"].text(address=address)
    assert "校验码怎么算？" in desks["other"].text(address="/help?q=原件 怎么算")
    assert "校验码怎么算？" not in desks["other"].text(address="/help?q=原件 手机")
    assert "校验码怎么算？" not in desks["other"].text(address="/help/mobile.format")
    assert "撤下" not in desks["other"].text(address="/help/questions")
    assert desks["unit"].post("/published/1/withdraw").status_code == 403
    city.post("/published/1/withdraw")
    assert "校验码怎么算？" not in desks["other"].text(address="/help/questions")


def test_before_an_answer_there_is_nothing_to_publish(desks):
    number = ask(desks["clerk"])
    operations.pass_up(number, actor=desks["unit"].actor)
    assert "发布为帮助" not in desks["city"].text(f"/{number}")
    written = {"question": "问", "answer": "答"}
    desks["city"].post(f"/{number}/publish", **written)
    assert queries.published(db.session(), COUNTY) == []


def test_lists_are_paged_by_key(desks, monkeypatch):
    from registry.web import questions

    monkeypatch.setattr(questions, "PAGE", 2)
    numbers = [ask(desks["clerk"], f"第 {place} 个问题") for place in range(3)]
    first = desks["unit"].text()
    assert f"tab=waiting&after={numbers[1]}" in first.replace("&amp;", "&")
    assert "第 2 个问题" not in first
    assert "第 2 个问题" in desks["unit"].text(f"?tab=waiting&after={numbers[1]}")
