"""The digest through a real SMTP server: counts only, to who asked for it, once a day."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.accounts import mailing, operations
from registry.accounts.models import Account
from registry.cli.main import main
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.mail.sending import send_digests
from registry.review.operations import send_back
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.smtp import mailbox
from tests.factories.unions import COUNTY

PEOPLE = make_people(4)
SITE = "https://tongxin.example"


@pytest.fixture
def box(register):
    with mailbox() as box:
        register.config.update(
            SITE=SITE,
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=box.port,
            MAIL_FROM="tongxin@tongxin.example",
            MAIL_TLS="off",
        )
        yield box


@pytest.fixture
def clerk(register):
    """A clerk to whom a roster was sent back."""
    clerk = make_clerk()
    number = send_in(make_roster(PEOPLE), clerk)
    send_back(number, actor=make_reviewer(), rows=[2], reason="wrong_data")
    return clerk


def test_counts_and_the_sites_address_and_nothing_else(box, clerk):
    mailing.set_mail("li@union.example", actor=clerk)
    assert send_digests() == (1, 0, {})
    [message] = box.messages
    text = message.get_content()
    assert message["To"] == "li@union.example"
    assert "您有 1 份名册被退回，请登录办理" in text
    assert SITE in text
    whole = message.as_string() + text
    for secret in (clerk.name, clerk.display_name, UNION, "花名册.csv", "公司工会"):
        assert secret not in whole
    for person in PEOPLE:
        assert person.full_name not in text
        assert person.number not in text


def test_who_gave_no_address_or_has_nothing_waiting_gets_none(box, clerk):
    idle = make_clerk("3310830020001")
    mailing.set_mail("wang@union.example", actor=idle)
    assert send_digests() == (0, 1, {})
    assert box.messages == []


def test_once_a_day_and_again_the_next(box, clerk, monkeypatch):
    mailing.set_mail("li@union.example", actor=clerk)
    assert [send_digests().sent for _ in range(2)] == [1, 0]
    set_clock(monkeypatch, now() + timedelta(days=1))
    assert send_digests().sent == 1
    assert len(box.messages) == 2


def test_two_runs_at_once_send_one(box, clerk):
    mailing.set_mail("li@union.example", actor=clerk)
    [one] = mailing.due(db.session())
    assert mailing.claim(one)
    assert not mailing.claim(one)
    assert send_digests().sent == 0


def test_a_refused_mail_is_told_the_rest_goes_on_and_it_is_tried_again(box, clerk):
    reviewer = make_reviewer()
    mailing.set_mail("gone@union.example", actor=clerk)
    mailing.set_mail("zhao@unit.example", actor=reviewer)
    box.refused = {"gone@union.example"}
    outcome = send_digests()
    assert (outcome.sent, list(outcome.failed)) == (1, [clerk.name])
    box.refused = set()
    assert send_digests() == (1, 0, {})
    assert [one["To"] for one in box.messages] == ["zhao@unit.example", "gone@union.example"]


def test_where_the_server_falls_silent_none_is_better_than_two(box, clerk):
    mailing.set_mail("li@union.example", actor=clerk)
    box.silent = {"li@union.example"}
    assert list(send_digests().failed) == [clerk.name]
    box.silent = set()
    assert send_digests() == (0, 0, {})


def test_without_a_server_there_the_day_is_not_lost(box, clerk, register):
    mailing.set_mail("li@union.example", actor=clerk)
    register.config["MAIL_PORT"] = 1
    assert list(send_digests().failed) == [clerk.name]
    assert (
        db.session.scalar(select(Account.mailed_on).where(Account.id == clerk.account_id)) is None
    )


def test_a_locked_account_gets_none(box, clerk):
    mailing.set_mail("li@union.example", actor=clerk)
    operations.lock(clerk.account_id, actor=make_actor(Role.ADMINISTRATOR, COUNTY))
    assert send_digests() == (0, 0, {})


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"MAIL_SERVER": ""}, "mail.off"),
        ({"MAIL_FROM": ""}, "mail.sender"),
        ({"SITE": ""}, "mail.sender"),
        ({"MAIL_USER": "tongxin"}, "mail.plain"),
        ({"MAIL_PASSWORD_FILE": "/nowhere"}, "mail.password"),
    ],
)
def test_half_a_setting_sends_nothing(box, clerk, register, settings, code):
    mailing.set_mail("li@union.example", actor=clerk)
    register.config.update(settings)
    with pytest.raises(StateRefused) as refused:
        send_digests()
    assert refused.value.code == code
    assert box.messages == []


@pytest.mark.parametrize(
    "address", ["x", "x@y", "a b@c.de", "a@c.de\nBcc: b@c.de", "a@" + "c" * 300]
)
def test_what_is_no_address_is_refused(register, address):
    with pytest.raises(InputRefused):
        mailing.set_mail(address, actor=make_clerk())


def test_the_trail_tells_that_an_address_was_given_and_not_which(clerk):
    mailing.set_mail("li@union.example", actor=clerk)
    mailing.set_mail("", actor=clerk)
    assert mailing.mail_of(db.session(), clerk.account_id) == ""
    for action in ("account.mail", "account.no_mail"):
        [entry] = entries(db.session(), COUNTY, action=action)
        assert entry.detail == {}


def test_the_command_says_what_it_did(box, clerk, register, capsys):
    mailing.set_mail("li@union.example", actor=clerk)
    assert main(["mail-digest"], lambda: register) == 0
    assert "已发送 1 封" in capsys.readouterr().out
    mailing.set_mail("", actor=clerk)
    register.config["MAIL_SERVER"] = ""
    assert main(["mail-digest"], lambda: register) == 2
    assert "没有设置邮件服务器" in capsys.readouterr().err
