"""What the running registration puts on the home page: of a clerk what is asked, else how far it
is.
"""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.campaigns.queries import CampaignView, registration_on
from registry.campaigns.states import UnitState
from registry.campaigns.targets import Figure, Pace, standing
from registry.campaigns.turns import states_of, turns
from registry.clock import today
from registry.phases.gates import Gate, PhaseStanding, standings
from registry.totals.metrics import Ratio
from registry.unions import queries as unions
from registry.web.waiting import Card

_ASKED, _SHORT = 44, 41
# What each gate asks of a union's clerk.
ASKS = {Gate.DECLARED: "申报职工人数", Gate.COVERED: "报送会员花名册"}


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What the running registration asks of a union; of a unit and the city how far they are."""
    if not actor.has(Permission.VIEW_CAMPAIGNS):
        return
    one = registration_on(session, actor.county, today())
    if one is None:
        return
    place = unions.find(session, actor.place)
    unit = place.parent_code if place.is_grassroots else place.code
    turned = states_of(turns(session, one.county, one.id, today()))
    if place.parent_code is not None and turned.get(str(unit)) is not UnitState.RUNNING:
        return
    page = url_for("campaigns.campaign", code=actor.place, number=one.id)
    phases = standings(session, one, place.path, today()).get(str(unit), [])
    if place.is_grassroots:
        yield from _clerks_card(one, phases, page)
        return
    figure = standing(session, one, today()).of(place.code)
    if figure.target:
        yield _desks_card(one, figure, phases, page)


def progress_words(figure: Figure) -> str:
    """Return how far a place is beside the time, in words."""
    if figure.due_on is None or figure.pace is None:
        return "还没有下达目标"
    done, time = Ratio(figure.done, figure.target), Ratio(figure.days_gone, figure.days)
    return (
        f"{figure.due_on.isoformat()} 的目标 {figure.target:,} 人，完成 {done.shown}，"
        f"时间过去 {time.shown}，{figure.pace.label}"
    )


def asked_of(phases: Iterable[PhaseStanding]) -> list[str]:
    """Return what is asked of a union that it has not done yet."""
    gates = [gate for one in phases for gate in one.gates if gate.lacking]
    return [ASKS[one.gate] for one in gates if one.gate in ASKS]


def _clerks_card(one: CampaignView, phases: list[PhaseStanding], page: str) -> Iterable[Card]:
    asked = asked_of(phases)
    if asked:
        first = next(each for each in phases if asked_of([each]))
        until = f"，{first.phase.label} {first.ends_on.isoformat()} 截止"
        text = f"请{'、'.join(asked)}{until}"
        title = f"实名登记“{one.title}”"
        yield Card(title, len(asked), "件", text, page, "看怎么办", "flag", "amber", _ASKED)


def _desks_card(one: CampaignView, figure: Figure, phases: list[PhaseStanding], page: str) -> Card:
    present = next((each for each in phases if each.is_next), None)
    short = [gate for gate in present.gates if gate.short] if present else []
    words = progress_words(figure)
    if present and short:
        wanting = "、".join(f"{gate.gate.label}还差 {gate.short:,}" for gate in short)
        words += f"；{present.phase.label}：{wanting}"
    is_behind = figure.pace is Pace.BEHIND
    title = f"实名登记“{one.title}”"
    tone, urgency = ("amber", _SHORT) if is_behind else ("blue", 0)
    return Card(title, figure.done, "人", words, page, "查看进度", "flag", tone, urgency)
