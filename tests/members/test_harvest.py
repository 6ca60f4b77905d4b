"""Nobody takes the register home one by one: looks are counted, near the limit it is told."""

from datetime import timedelta

import pytest

from registry.anomalies import looking
from registry.clock import now
from registry.db import db
from registry.errors import Busy, NotFound
from registry.identity.mask import Sight
from registry.members import harvest
from registry.members.operations import look_up, open_member
from registry.members.queries import members_of
from registry.members.seeing import Field, Why
from registry.review.opening import open_row_number
from registry.review.operations import approve
from registry.trail.queries import entries
from registry.web.seeing import alarm
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

WHY = Why("VERIFY")


def test_looks_of_an_account_are_counted_wherever_they_are_made(register, monkeypatch):
    for name, limit in (("LOOKS_PER_HOUR", 5), ("LOOKS_PER_DAY", 6), ("LOOK_UPS_PER_HOUR", 2)):
        monkeypatch.setitem(register.config, name, limit)
    person, stranger = make_people(2)
    reviewer, colleague = make_reviewer(), make_reviewer()
    number = send_in(make_roster([person]), make_clerk())
    approve(number, actor=reviewer)
    (member,) = members_of(db.session(), COUNTY, UNION, Sight.COUNTY)

    def look(actor=reviewer):
        return open_member(COUNTY, member.member_id, Field.MOBILE, actor=actor, why=WHY)

    for _ in range(3):
        look()
        assert harvest.alarms(db.session()) == []
    open_row_number(number, 2, Field.MOBILE, actor=reviewer, why=WHY)
    assert harvest.alarms(db.session(), COUNTY) == [(reviewer.name, 2)]  # of the hour, of the day
    (fact,) = looking.harvests(db.session(), COUNTY)
    assert "一小时内查看完整号码 4 次，一天内查看完整号码 4 次" in fact.reason
    assert fact.account_id == reviewer.account_id and fact.kind.is_about_reviewer
    (card,) = alarm(db.session(), COUNTY, "/here")
    assert (card.count, reviewer.name in card.text) == (1, True)
    look()
    with pytest.raises(Busy) as refused:
        look()
    assert refused.value.code == "look.too_many" and "一小时内" in refused.value.message
    with pytest.raises(Busy):
        open_row_number(number, 2, Field.MOBILE, actor=reviewer, why=WHY)
    assert look(colleague).values == (person.mobile,)
    tried = entries(db.session(), COUNTY, refused_only=True)
    assert [one.result for one in tried] == ["refused:look.too_many"] * 2

    begun = now()
    set_clock(monkeypatch, begun + timedelta(minutes=61))
    look()  # what was refused does not count against anybody
    with pytest.raises(Busy) as refused:
        look()
    assert "一天内" in refused.value.message
    set_clock(monkeypatch, begun + timedelta(days=2))
    assert look().values == (person.mobile,)
    assert harvest.alarms(db.session()) == []

    assert look_up(person.number, actor=reviewer).line.member_id == member.member_id
    with pytest.raises(NotFound):
        look_up(stranger.number, actor=reviewer)
    with pytest.raises(Busy):  # whether the number is known is not told either
        look_up(person.number, actor=reviewer)
