"""The table of roles and permissions."""

from registry.access.roles import GRANTS, ROLE_LABELS, SEPARATE, Permission, Role


def test_every_role_has_a_label_and_a_row():
    assert set(ROLE_LABELS) == set(Role) == set(GRANTS)
    assert all(role.label and not role.label.isascii() for role in Role)


def test_every_permission_is_granted_to_somebody():
    assert set().union(*GRANTS.values()) == set(Permission)


def test_powers_are_separate():
    assert {Role.AUDITOR, Role.ADMINISTRATOR, Role.LOG_KEEPER} == SEPARATE
    assert GRANTS[Role.ADMINISTRATOR] == {
        Permission.NAME_DEPUTY,
        Permission.MANAGE_ACCOUNTS,
        Permission.VIEW_BACKUPS,
    }
    assert GRANTS[Role.LOG_KEEPER] == {Permission.VIEW_TRAIL}


def test_who_sends_in_does_not_review_and_who_audits_changes_nothing():
    assert Permission.REVIEW not in GRANTS[Role.CLERK]
    assert Permission.WORK_ROSTER not in GRANTS[Role.REVIEWER]
    changing = {
        Permission.WORK_ROSTER,
        Permission.REVIEW,
        Permission.MANAGE_CLERKS,
        Permission.MANAGE_ACCOUNTS,
    }
    assert not GRANTS[Role.AUDITOR] & changing


def test_only_clerk_and_reviewer_open_a_member_in_full():
    openers = {role for role in Role if Permission.OPEN_MEMBER in GRANTS[role]}
    assert openers == {Role.CLERK, Role.REVIEWER}
