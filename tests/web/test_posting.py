"""Lists to be posted say who, for how long and where to object, and next to nothing of anybody."""

import re
from datetime import timedelta

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.review.operations import approve, send_back
from registry.trail.queries import entries
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

SAID = {"ends_on": (today() + timedelta(days=4)).isoformat(), "objections": "工会办公室，分机 8021"}
PAGE = f"/unions/{UNION}/posting"


def test_only_who_look_alike_are_told_apart_by_the_last_digit(app, client):
    make_union_tree()
    names = ["欧阳试验", "叶明", "叶红", "张三丰"]
    people = [one._replace(full_name=name) for one, name in zip(make_people(4), names, strict=True)]
    number, reviewer = send_in(make_roster(people), make_clerk()), make_reviewer()
    said = {"begins_on": today().isoformat(), **SAID}
    for role, place in ((Role.CLERK, UNION), (Role.REVIEWER, TOWNSHIP), (Role.AUDITOR, COUNTY)):
        browser = app.test_client()
        sign_in(browser, make_account(role, place))
        roster = f"/submissions/{number}/posting"
        assert "公示从" in browser.get(roster).text
        text = post(browser, roster, roster, **said).text
        assert f"报送编号 {number}" in text and "<strong>4</strong> 人" in text
        assert f"{today()} 至 {SAID['ends_on']}" in text and "分机 8021" in text
        shown = re.findall(r"<td>([^<]+)(?:<span class=\"muted\">（尾号 (\w+)）)?", text)
        tails = [tail for name, tail in shown if name == "叶*"]
        assert tails == sorted(one.number[-1] for one in people[1:3])
        assert [one for one in shown if one[0] != "叶*"] == [("张**", ""), ("欧阳**", "")]
        assert not any(one.full_name in text or one.number[:4] in text for one in people)
    send_back(number, rows=[2], reason="wrong_data", actor=reviewer)
    approve(number, actor=reviewer)
    text = post(browser, PAGE, PAGE, **said).text
    assert f"{today()} 在册会员" in text and "<strong>3</strong> 人" in text
    made = entries(db.session(), COUNTY, action="member.post")
    assert [one.detail["people"] for one in made] == [3, 4, 4, 4]
    assert made[1].detail["submission"] == number and "submission" not in made[0].detail


def test_what_is_missing_is_asked_for_and_others_see_nothing(app, client):
    make_union_tree()
    sign_in(client, make_account(Role.CLERK, UNION))
    late = (today() - timedelta(days=1)).isoformat()
    for more, words in (
        ({"begins_on": today().isoformat(), **SAID, "ends_on": late}, "不能早于第一天"),
        ({"begins_on": late, "ends_on": late, "objections": ""}, "请写明有异议时找谁"),
        ({"begins_on": today().isoformat(), **SAID, "objections": "1" * 11}, "不要写完整的"),
    ):
        answer = post(client, PAGE, PAGE, **more)
        assert answer.status_code == 400 and words in answer.text
    assert not entries(db.session(), COUNTY, action="member.post")
    foreign = f"/unions/{COUNTY}0020001/posting"
    assert client.get(foreign).status_code == 404
    assert post(client, foreign, PAGE, **SAID).status_code == 404
    reviewer = app.test_client()
    sign_in(reviewer, make_account(Role.REVIEWER, TOWNSHIP))
    assert reviewer.get(f"/unions/{TOWNSHIP}/posting").status_code == 302
