"""Opening clerks' accounts in bulk, and handing them over."""

import pytest

from registry.access.roles import Role
from registry.accounts import clerks, operations, queries
from registry.db import db
from registry.errors import NotFound, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import choose_password, make_account, make_actor
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

OTHER_TOWNSHIP, UNION = "331083002", "3310830010001"


@pytest.fixture
def administrator():
    return make_actor(Role.ADMINISTRATOR, COUNTY)


@pytest.fixture
def reviewer():
    return make_actor(Role.REVIEWER, TOWNSHIP)


def account_named(name):
    found = queries.accounts(db.session(), f"/{COUNTY}/", search=name)
    return next(account for account in found if account.name == name)


def actions():
    return [entry.action for entry in entries(db.session(), COUNTY)]


def test_clerks_are_opened_for_the_unions_without_one(reviewer):
    make_union_tree(townships=2, unions=3)
    make_account(Role.CLERK, UNION)
    slips = clerks.create_clerks(TOWNSHIP, actor=reviewer)
    assert [slip.account_name for slip in slips] == [
        "clerk-3310830010002",
        "clerk-3310830010003",
    ]
    assert [slip.union_name for slip in slips] == ["试验0002公司工会", "试验0003公司工会"]
    assert choose_password(slips[1].code).account_name == slips[1].account_name
    assert clerks.create_clerks(TOWNSHIP, actor=reviewer) == []
    assert actions().count("account.create_clerks") == 1
    with pytest.raises(NotFound):
        clerks.create_clerks(OTHER_TOWNSHIP, actor=reviewer)


def test_a_union_whose_only_clerk_is_locked_gets_another_account(reviewer):
    account = make_account(Role.CLERK, UNION, name=f"clerk-{UNION}")
    operations.lock(account.id, actor=reviewer)
    slips = clerks.create_clerks(UNION, actor=reviewer)
    assert [slip.account_name for slip in slips] == [f"clerk-{UNION}-2"]


def test_no_more_clerks_at_once_than_a_page_can_wait_for(reviewer, monkeypatch):
    monkeypatch.setattr(clerks, "CLERKS_AT_ONCE", 2)
    make_union_tree(townships=1, unions=3)
    assert len(clerks.create_clerks(TOWNSHIP, actor=reviewer)) == 2
    assert queries.count_without_clerk(db.session(), reviewer.path) == 1
    assert len(clerks.create_clerks(TOWNSHIP, actor=reviewer)) == 1


def test_handing_over_closes_the_old_account_and_opens_a_new_one(reviewer):
    old = make_account(Role.CLERK, UNION, name=f"clerk-{UNION}", display_name="李会计")
    slip = clerks.hand_over(old.id, display_name=" 赵出纳 ", actor=reviewer)
    assert (slip.account_name, slip.display_name) == (f"clerk-{UNION}-2", "赵出纳")
    assert queries.find(db.session(), old.id).closed_why == "交接给赵出纳"
    assert choose_password(slip.code).account_name == slip.account_name
    third = clerks.hand_over(
        account_named(slip.account_name).id, display_name="钱某", actor=reviewer
    )
    assert third.account_name == f"clerk-{UNION}-3"
    entry = entries(db.session(), COUNTY, action="account.hand_over")[-1]
    assert entry.detail == {"account": f"clerk-{UNION}", "to": f"clerk-{UNION}-2"}


def test_only_clerks_are_handed_over(administrator):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    with pytest.raises(StateRefused):
        clerks.hand_over(account.id, display_name="新人", actor=administrator)


def test_a_closed_account_is_not_handed_over_a_second_time(reviewer):
    account = make_account(Role.CLERK, UNION)
    clerks.hand_over(account.id, display_name="赵出纳", actor=reviewer)
    with pytest.raises(StateRefused) as refused:
        clerks.hand_over(account.id, display_name="赵出纳", actor=reviewer)
    assert refused.value.code == "account.closed"
