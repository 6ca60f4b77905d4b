"""The table of a campaign's states, and what a day makes of them."""

from datetime import date

import pytest

from registry.campaigns.states import (
    TRANSITIONS,
    CampaignAct,
    CampaignState,
    Stage,
    stage_of,
    state_on,
)

OPENS, DUE = date(2026, 3, 1), date(2026, 4, 30)


def test_nothing_leads_out_of_closed():
    assert {state for state, _ in TRANSITIONS} == {CampaignState.OPEN}
    assert TRANSITIONS[CampaignState.OPEN, CampaignAct.CLOSE] is CampaignState.CLOSED


@pytest.mark.parametrize(
    ("on", "stage", "by_itself"),
    [
        (date(2026, 2, 28), Stage.ANNOUNCED, Stage.ANNOUNCED),
        (OPENS, Stage.RUNNING, Stage.RUNNING),
        (DUE, Stage.RUNNING, Stage.RUNNING),
        (date(2026, 5, 1), Stage.LATE, Stage.CLOSED),
    ],
)
def test_a_day_says_where_a_campaign_stands(on, stage, by_itself):
    for ends_when_due, expected in ((False, stage), (True, by_itself)):
        state = state_on("OPEN", DUE, ends_when_due=ends_when_due, on=on)
        assert stage_of(state, OPENS, DUE, on) is expected
    closed = state_on("CLOSED", DUE, ends_when_due=False, on=on)
    assert stage_of(closed, OPENS, DUE, on) is Stage.CLOSED
