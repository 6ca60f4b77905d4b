"""Opening, locking, resetting, roles, clerks' accounts and handing over."""

import pytest

from registry.access.roles import Role
from registry.accounts import operations, queries, signing
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.trail.queries import entries
from tests.factories.accounts import PASSWORD, make_account, make_actor
from tests.factories.unions import COUNTY, TOWNSHIP, make_union, make_union_tree

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


def create(actor, **changes):
    wanted = {
        "name": "reviewer9",
        "display_name": "王审核",
        "place": TOWNSHIP,
        "roles": [Role.REVIEWER],
    }
    return operations.create_account(**(wanted | changes), actor=actor)


def test_a_new_account_signs_in_with_its_slip_and_must_choose_a_password(administrator):
    make_union(TOWNSHIP)
    slip = create(administrator)
    browser = signing.sign_in(slip.account_name, slip.password, address="")
    assert browser.must_change_password
    assert account_named("reviewer9").roles == {Role.REVIEWER}
    created = entries(db.session(), COUNTY, action="account.create")[0]
    assert created.detail == {"account": "reviewer9", "roles": ["REVIEWER"]}
    assert slip.password not in repr(created)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "No Blanks"}, "account.name"),
        ({"name": "x"}, "account.name"),
        ({"display_name": "  "}, "account.display_name"),
        ({"roles": []}, "roles.none"),
        ({"place": "331083999"}, "union.unknown"),
        ({"roles": [Role.CLERK]}, "roles.place"),
        ({"roles": [Role.AUDITOR]}, "roles.place"),
        ({"place": COUNTY, "roles": [Role.AUDITOR, Role.LOG_KEEPER]}, "roles.separate"),
        ({"place": COUNTY, "roles": [Role.ADMINISTRATOR, Role.LOG_KEEPER]}, "roles.separate"),
        ({"place": COUNTY, "roles": [Role.ADMINISTRATOR, Role.AUDITOR]}, "roles.separate"),
    ],
)
def test_a_bad_account_is_refused_and_leaves_nothing(administrator, changes, code):
    make_union(TOWNSHIP)
    with pytest.raises((InputRefused, StateRefused, NotFound)) as refused:
        create(administrator, **changes)
    assert refused.value.code == code
    assert actions() == []


def test_a_name_is_given_once(administrator):
    make_union(TOWNSHIP)
    create(administrator)
    with pytest.raises(InputRefused) as refused:
        create(administrator, name="Reviewer9")
    assert refused.value.code == "account.exists"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LOG_KEEPER, Role.REVIEWER])
def test_only_the_administrator_opens_accounts(role):
    actor = make_actor(role, COUNTY)
    make_union(TOWNSHIP)
    with pytest.raises(Forbidden):
        create(actor)


def test_roles_that_may_not_meet_are_refused_and_the_old_ones_stay(administrator):
    account = make_account(Role.AUDITOR, COUNTY)
    with pytest.raises(StateRefused) as refused:
        operations.set_roles(account.id, [Role.AUDITOR, Role.LOG_KEEPER], actor=administrator)
    assert refused.value.code == "roles.separate"
    assert queries.find(db.session(), account.id).roles == {Role.AUDITOR}
    operations.set_roles(account.id, [Role.LOG_KEEPER], actor=administrator)
    assert queries.find(db.session(), account.id).roles == {Role.LOG_KEEPER}
    detail = entries(db.session(), COUNTY)[0].detail
    assert (detail["before"], detail["after"]) == (["AUDITOR"], ["LOG_KEEPER"])


def test_nobody_manages_their_own_account(administrator):
    own = administrator.account_id
    acts = (
        lambda: operations.lock(own, actor=administrator),
        lambda: operations.reset_password(own, actor=administrator),
        lambda: operations.set_roles(own, [Role.AUDITOR], actor=administrator),
    )
    for act in acts:
        with pytest.raises(StateRefused) as refused:
            act()
        assert refused.value.code == "account.self"


def test_locking_and_unlocking(administrator):
    account = make_account(Role.CLERK, UNION)
    operations.lock(account.id, actor=administrator)
    with pytest.raises(StateRefused):
        signing.sign_in(account.name, PASSWORD, address="")
    with pytest.raises(StateRefused):
        queries.actor_named(db.session(), account.name)
    with pytest.raises(StateRefused):
        operations.lock(account.id, actor=administrator)
    operations.unlock(account.id, actor=administrator)
    assert signing.sign_in(account.name, PASSWORD, address="").token
    with pytest.raises(StateRefused):
        operations.unlock(account.id, actor=administrator)


def test_a_reset_gives_a_password_for_once_and_kills_the_old_one(reviewer):
    account = make_account(Role.CLERK, UNION)
    slip = operations.reset_password(account.id, actor=reviewer)
    with pytest.raises(InputRefused):
        signing.sign_in(account.name, PASSWORD, address="")
    assert signing.sign_in(account.name, slip.password, address="").must_change_password


def test_a_review_unit_manages_the_clerks_of_its_unions_only(reviewer):
    foreign = make_account(Role.CLERK, f"{OTHER_TOWNSHIP}0001")
    colleague = make_account(Role.REVIEWER, TOWNSHIP)
    above = make_account(Role.ADMINISTRATOR, COUNTY)
    clerk_and_more = make_account([Role.CLERK, Role.REVIEWER], UNION)
    acts = [
        lambda account: operations.lock(account, actor=reviewer),
        lambda account: operations.reset_password(account, actor=reviewer),
        lambda account: operations.hand_over(account, display_name="新人", actor=reviewer),
        lambda account: operations.set_roles(account, [Role.CLERK], actor=reviewer),
    ]
    for act in acts:
        for account in (foreign, above):
            with pytest.raises(NotFound):
                act(account.id)
        for account in (colleague, clerk_and_more):
            with pytest.raises(Forbidden):
                act(account.id)
    with pytest.raises(Forbidden):
        operations.set_roles(
            make_account(Role.CLERK, UNION).id, [Role.CLERK, Role.REVIEWER], actor=reviewer
        )


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LOG_KEEPER])
def test_neither_auditor_nor_log_keeper_manages_clerks(role):
    actor = make_actor(role, COUNTY)
    account = make_account(Role.CLERK, UNION)
    with pytest.raises(Forbidden):
        operations.lock(account.id, actor=actor)
    with pytest.raises(Forbidden):
        operations.create_clerks(TOWNSHIP, actor=actor)


def test_clerks_are_opened_for_the_unions_without_one(reviewer):
    make_union_tree(townships=2, unions=3)
    make_account(Role.CLERK, UNION)
    slips = operations.create_clerks(TOWNSHIP, actor=reviewer)
    assert [slip.account_name for slip in slips] == [
        "clerk-3310830010002",
        "clerk-3310830010003",
    ]
    assert [slip.union_name for slip in slips] == ["试验0002公司工会", "试验0003公司工会"]
    assert signing.sign_in(slips[1].account_name, slips[1].password, address="").token
    assert operations.create_clerks(TOWNSHIP, actor=reviewer) == []
    assert actions().count("account.create_clerks") == 1
    with pytest.raises(NotFound):
        operations.create_clerks(OTHER_TOWNSHIP, actor=reviewer)


def test_a_union_whose_only_clerk_is_locked_gets_another_account(reviewer):
    account = make_account(Role.CLERK, UNION, name=f"clerk-{UNION}")
    operations.lock(account.id, actor=reviewer)
    slips = operations.create_clerks(UNION, actor=reviewer)
    assert [slip.account_name for slip in slips] == [f"clerk-{UNION}-2"]


def test_no_more_clerks_at_once_than_a_page_can_wait_for(reviewer, monkeypatch):
    monkeypatch.setattr(operations, "CLERKS_AT_ONCE", 2)
    make_union_tree(townships=1, unions=3)
    assert len(operations.create_clerks(TOWNSHIP, actor=reviewer)) == 2
    assert queries.count_without_clerk(db.session(), reviewer.path) == 1
    assert len(operations.create_clerks(TOWNSHIP, actor=reviewer)) == 1


def test_handing_over_locks_the_old_account_and_opens_a_new_one(reviewer):
    old = make_account(Role.CLERK, UNION, name=f"clerk-{UNION}", display_name="李会计")
    slip = operations.hand_over(old.id, display_name=" 赵出纳 ", actor=reviewer)
    assert (slip.account_name, slip.display_name) == (f"clerk-{UNION}-2", "赵出纳")
    assert queries.find(db.session(), old.id).is_locked
    assert signing.sign_in(slip.account_name, slip.password, address="").token
    third = operations.hand_over(
        account_named(slip.account_name).id, display_name="钱某", actor=reviewer
    )
    assert third.account_name == f"clerk-{UNION}-3"
    entry = entries(db.session(), COUNTY, action="account.hand_over")[-1]
    assert entry.detail == {"account": f"clerk-{UNION}", "to": f"clerk-{UNION}-2"}


def test_only_clerks_are_handed_over(administrator):
    account = make_account(Role.REVIEWER, TOWNSHIP)
    with pytest.raises(StateRefused):
        operations.hand_over(account.id, display_name="新人", actor=administrator)


def test_a_failed_act_leaves_neither_change_nor_entry(administrator, monkeypatch):
    account = make_account(Role.CLERK, UNION)

    def broken(*_arguments, **_details):
        raise OSError("disk full")

    monkeypatch.setattr(operations.trail, "record", broken)
    with pytest.raises(OSError, match="disk full"):
        operations.lock(account.id, actor=administrator)
    assert not queries.find(db.session(), account.id).is_locked
