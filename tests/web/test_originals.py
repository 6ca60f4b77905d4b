"""A roster's own file given back: to whom, why, on the trail, and never opened by a browser."""

import re
from datetime import timedelta
from pathlib import Path

from registry.access.roles import Role
from registry.clock import now
from registry.db import db, setting
from registry.submissions import queries
from registry.trail.queries import entries
from tests.factories.accounts import make_account, post, sign_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, send_in, take_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

REASON = "核对原表"


def seen_by(app, role, place):
    browser = app.test_client()
    sign_in(browser, make_account(role, place))
    return browser


def test_the_file_is_kept_sealed_and_given_back_byte_by_byte_for_a_reason(app, monkeypatch):
    make_union_tree()
    people = make_people(2)
    content = make_roster(people)
    number = send_in(content, make_clerk())
    page = f"/submissions/{number}/original"
    kept = Path(setting("DATA")) / "originals" / queries.find(db.session(), number).original
    assert re.fullmatch(r"[0-9a-f]{32}", kept.name)
    assert not any(one.number.encode() in kept.read_bytes() for one in people)
    for role, place in ((Role.CLERK, UNION), (Role.REVIEWER, TOWNSHIP)):
        browser = seen_by(app, role, place)
        assert page in browser.get(f"/submissions/{number}").text
        for words in ("核对 330000199001011234", "长" * 201):
            assert post(browser, page, page, purpose="VERIFY", words=words).status_code == 400
        assert "请选择查看理由" in post(browser, page, page, words=REASON).text
        given = post(browser, page, page, purpose="VERIFY", words=REASON)
        assert given.data == content
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert given.mimetype == "application/octet-stream"
    said = entries(db.session(), COUNTY, action="roster.original")
    assert [one.detail["reason"] for one in said] == [f"核对本人证件：{REASON}"] * 2
    # long after the password was given
    set_clock(monkeypatch, now() + timedelta(minutes=31))
    assert browser.get(page).headers["Location"].startswith("/confirm")


def test_nobody_else_gets_it_and_no_reviewer_a_draft(app):
    make_union_tree()
    content = make_roster(make_people(1))
    number, draft = send_in(content, make_clerk()), take_in(content + b"\n", make_clerk())
    for role, place, status in (
        (Role.AUDITOR, COUNTY, 403),
        (Role.LOG_KEEPER, COUNTY, 403),
        (Role.CLERK, "3310830010002", 404),
        (Role.REVIEWER, "331083002", 404),
    ):
        browser = seen_by(app, role, place)
        answer = post(browser, f"/submissions/{number}/original", purpose="VERIFY", words=REASON)
        assert answer.status_code == status, role
    reviewer, clerk = seen_by(app, Role.REVIEWER, TOWNSHIP), seen_by(app, Role.CLERK, UNION)
    page = f"/submissions/{draft}/original"
    assert post(reviewer, page, purpose="VERIFY", words=REASON).status_code == 404
    assert post(clerk, page, purpose="VERIFY", words=REASON).data == content + b"\n"
    kept = Path(setting("DATA")) / "originals" / queries.find(db.session(), draft).original
    kept.unlink()  # as the retention job does
    assert "已不在服务器上" in post(clerk, page, purpose="VERIFY", words=REASON).text
