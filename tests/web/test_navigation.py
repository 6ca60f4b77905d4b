"""The side bar marks where one is, also on pages without an entry of their own."""

import re

import pytest

from registry.access.roles import Role
from registry.submissions.operations import submit
from tests.factories.accounts import make_account, sign_in
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, take_in


def marked(client, address):
    page = client.get(address).text
    return re.findall(r'class="active" aria-current="page">.*?<span>([^<]+)</span>', page)


@pytest.fixture
def numbers(app):
    """A draft and a submission of the clerk's union."""
    clerk = make_clerk()
    draft = take_in(make_roster(make_people(1)), clerk)
    sent = take_in(make_roster(make_people(2)), clerk)
    submit(sent, actor=clerk)
    return {"draft": draft, "sent": sent}


@pytest.mark.parametrize(
    ("role", "place", "address", "entry"),
    [
        (Role.CLERK, UNION, "/home", "工作台"),
        (Role.CLERK, UNION, f"/unions/{UNION}/roster", "花名册导入"),
        (Role.CLERK, UNION, "/submissions/{draft}", "花名册导入"),
        (Role.CLERK, UNION, "/submissions/{sent}", "报送记录"),
        (Role.CLERK, UNION, f"/unions/{UNION}/person", "会员名册"),
        (Role.REVIEWER, "331083001", "/submissions/{sent}/review", "审核待办"),
        (Role.REVIEWER, "331083001", f"/unions/{UNION}/members", "会员名册"),
    ],
)
def test_one_entry_is_marked(client, numbers, role, place, address, entry):
    sign_in(client, make_account(role, place))

    assert marked(client, address.format(**numbers)) == [entry]
