"""What does not agree, from a union's figures alone; each at its border."""

import pytest

from registry.discrepancies.flags import Figures, Flag, Limits, flags_of

LIMITS = Limits(below_roster=10, drop=20, base=50, least=10)
SOUND = Figures(100, None, 90, 90, 0, 90, 100, 90)


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, []),
        ({"employees": 90}, []),
        ({"employees": 89}, [Flag.OVER]),
        ({"employees": None, "employees_before": None}, [Flag.NO_HEADCOUNT]),
        ({"employees": 0, "employees_before": 0}, [Flag.NO_HEADCOUNT]),
        ({"roster": 100}, []),
        ({"roster": 101}, [Flag.BELOW_ROSTER]),
        ({"roster": None}, []),
        ({"members_before": 112}, []),
        ({"members_before": 113}, [Flag.MEMBERS_DROP]),
        ({"employees_before": 125}, []),
        ({"employees_before": 126}, [Flag.EMPLOYEES_DROP]),
        ({"base": 180}, []),
        ({"base": 181}, [Flag.BASE_APART]),
        ({"base": 44}, [Flag.BASE_APART]),
        ({"base": 0}, []),  # nothing was loaded of it
        # Of a handful per cents say nothing.
        ({"members": 4, "roster": 9, "base": 9, "members_before": 9}, []),
        ({"members": 0}, [Flag.BELOW_ROSTER, Flag.MEMBERS_DROP]),
    ],
)
def test_each_border(changes, flags):
    assert list(flags_of(SOUND._replace(**changes), LIMITS)) == flags


def test_differences_may_be_negative_or_unknown():
    assert (SOUND.outside, SOUND.unaccounted) == (10, 0)
    assert SOUND._replace(employees=80).outside == -10
    assert Figures().outside is Figures().unaccounted is None
