"""Transfers between unions: asked, answered, settled. One page with a desk for each side."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.codes import code_list
from registry.db import db
from registry.errors import Forbidden, InputRefused, StateRefused
from registry.members.queries import sight_of
from registry.members.transfers import OPEN, TransferAct, TransferState
from registry.review import transfer_queries, transferring
from registry.review.transfer_queries import SOON, Desk
from registry.unions import queries as unions
from registry.web.forms.transfers import ObjectionForm, SettlementForm
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.waiting import Card

blueprint = Blueprint("transfers", __name__)
PAGE = 50
# How urgent a card is on the home page.
_LATE, _ASKED, _SETTLE = 75, 55, 65


class Refused(NamedTuple):
    """An act that was refused for what was filled in: its dialog opens again."""

    dialog: str
    message: str
    chosen: list[int]


@blueprint.get("/unions/<code>/transfers")
@guard(Permission.VIEW_TRANSFERS)
def transfers(code: str) -> str:
    """List the transfers at one of the desks of a place."""
    return _page()


@blueprint.post("/unions/<code>/transfers/release")
@guard(Permission.ANSWER_TRANSFERS, fresh=True)
def release(code: str) -> Response | tuple[str, int]:
    """Let the chosen members go."""
    return _act(
        TransferAct.RELEASE,
        lambda chosen: transferring.release(chosen, actor=g.actor),
        lambda done: _moved("同意转出", *done),
    )


@blueprint.post("/unions/<code>/transfers/object")
@guard(Permission.ANSWER_TRANSFERS)
def object_to(code: str) -> Response | tuple[str, int]:
    """Answer that the chosen members stay."""
    form = ObjectionForm()
    reason, note = form.reason.data or "", form.note.data or ""
    return _act(
        TransferAct.OBJECT,
        lambda chosen: [transferring.object_to(chosen, actor=g.actor, reason=reason, note=note)],
        lambda done: f"已答复不同意转出 {done[0]:,} 人。对方可以请上级工会裁定。",
        "object",
        form,
    )


@blueprint.post("/unions/<code>/transfers/withdraw")
@guard(Permission.ASK_TRANSFERS)
def withdraw(code: str) -> Response | tuple[str, int]:
    """Ask for the chosen persons no more."""
    return _act(
        TransferAct.WITHDRAW,
        lambda chosen: [transferring.withdraw(chosen, actor=g.actor)],
        lambda done: f"已撤回 {done[0]:,} 人的转会请求。",
    )


@blueprint.post("/unions/<code>/transfers/appeal")
@guard(Permission.ASK_TRANSFERS)
def appeal(code: str) -> Response | tuple[str, int]:
    """Ask the federation above both to settle."""
    return _act(
        TransferAct.APPEAL,
        lambda chosen: [transferring.appeal(chosen, actor=g.actor)],
        lambda done: f"已请上级工会裁定 {done[0]:,} 人。",
    )


@blueprint.post("/unions/<code>/transfers/grant")
@guard(Permission.SETTLE_TRANSFERS, fresh=True)
def grant(code: str) -> Response | tuple[str, int]:
    """Settle for the asking union."""
    form = SettlementForm("grant")
    note = form.note.data or ""
    return _act(
        TransferAct.GRANT,
        lambda chosen: transferring.grant(chosen, actor=g.actor, note=note),
        lambda done: _moved("裁定转会", *done),
        "grant",
        form,
    )


@blueprint.post("/unions/<code>/transfers/refuse")
@guard(Permission.SETTLE_TRANSFERS)
def refuse(code: str) -> Response | tuple[str, int]:
    """Settle for the losing union."""
    form = SettlementForm("refuse")
    note = form.note.data or ""
    return _act(
        TransferAct.REFUSE,
        lambda chosen: [transferring.refuse(chosen, actor=g.actor, note=note)],
        lambda done: f"已裁定 {done[0]:,} 人不转会，会籍不变。",
        "refuse",
        form,
    )


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What waits for an answer, for a decision, or comes back with an objection."""
    if not actor.has(Permission.VIEW_TRANSFERS):
        return
    waits = transfer_queries.answers(session, actor.county, actor.path)
    if actor.has(Permission.ANSWER_TRANSFERS) and waits.asked:
        text = "别的工会请求把他们转走，请答复是否同意。"
        if waits.late:
            text = f"其中 {waits.late:,} 人已过答复期限，上级工会可以直接裁定。"
        elif waits.soon:
            text = f"其中 {waits.soon:,} 人的答复期限在 {SOON.days} 天以内。"
        urgency = _LATE if waits.late or waits.soon else _ASKED
        place = (Desk.LOSING, TransferState.ASKED)
        yield _card("请求转出的会员", waits.asked, text, *place, "去答复", urgency)
    if actor.has(Permission.ASK_TRANSFERS) and waits.objected:
        text = "对方工会不同意。可以撤回，也可以请上级工会裁定。"
        place = (Desk.ASKING, TransferState.OBJECTED)
        yield _card("转入请求被拒", waits.objected, text, *place, "去看看", _ASKED)
    counts = transfer_queries.counts(session, actor.county, actor.path)
    if actor.has(Permission.SETTLE_TRANSFERS) and counts[Desk.SETTLING]:
        text = "双方工会没有谈妥，或者对方过期没有答复。"
        count = counts[Desk.SETTLING]
        yield _card("转会等您裁定", count, text, Desk.SETTLING, None, "去裁定", _SETTLE)


def _card(
    title: str,
    count: int,
    text: str,
    desk: Desk,
    state: TransferState | None,
    action: str,
    urgency: int,
) -> Card:
    place = {"code": g.actor.place, "desk": desk.value, "state": state and state.value}
    href = url_for("transfers.transfers", **place)
    return Card(title, count, "人", text, href, action, "arrow-left-right", "amber", urgency)


def _act(
    kind: TransferAct,
    act: Callable[[list[int]], Sequence[int]],
    words: Callable[[list[int]], str],
    dialog: str = "",
    form: Any = None,
) -> Response | tuple[str, int]:
    """Do `act` on what was chosen, and say `words` of the sums of what it returned."""
    chosen = request.form.getlist("transfers", type=whole)
    if request.form.get("whole"):
        place = (g.union.county, g.union.path)
        chosen = transfer_queries.numbers(db.session(), *place, _desk(), kind, _state())
    try:
        # Very many go in several acts: each is whole by itself, and holds up nobody for long.
        parts = range(0, len(chosen) or 1, transferring.MOST_AT_ONCE)
        done = [act(chosen[first : first + transferring.MOST_AT_ONCE]) for first in parts]
        flash(words([sum(figures) for figures in zip(*done, strict=True)]), "success")
    except InputRefused as error:
        if form is None or error.code.startswith("transfers."):
            flash(error.message, "error")
        else:
            field = form.note if error.code.startswith("note.") else form.reason
            field.errors = [error.message]
            return _page(Refused(dialog, error.message, chosen), {dialog: form}), 400
    except (StateRefused, Forbidden) as error:
        flash(error.message, "error")
    return redirect(_address(_desk()), 303)


def _moved(verb: str, moved: int, lapsed: int) -> str:
    words = f"已{verb} {moved:,} 人，会籍已经转到对方工会。"
    if lapsed:
        words += f"另有 {lapsed:,} 人的情况已经变化，不再需要转会。"
    return words


def _desk() -> Desk:
    asked = request.values.get("desk", "")
    offered = _desks()
    return next((desk for desk in offered if desk.value == asked), offered[0])


def _state() -> TransferState | None:
    """Return the state that the list is narrowed to."""
    asked = request.values.get("state", "")
    return next((state for state in OPEN if state.value == asked), None)


def _desks() -> list[Desk]:
    """Return the desks of the actor's role, the first where most waits by nature."""
    actor = g.actor
    if not actor.has(Permission.ANSWER_TRANSFERS):
        return [Desk.SETTLING, Desk.ASKING]
    desks = [Desk.LOSING, Desk.ASKING]
    return [*desks, Desk.SETTLING] if actor.has(Permission.SETTLE_TRANSFERS) else desks


def _address(desk: Desk, **more: Any) -> str:
    return url_for("transfers.transfers", code=g.union.code, desk=desk.value, **more)


def _page(refused: Refused | None = None, forms: dict[str, Any] | None = None) -> str:
    session, union, desk = db.session(), g.union, _desk()
    is_open = request.args.get("ended") != "1"
    state = _state() if is_open else None
    after = max(request.args.get("after", 0, type=whole), 0)
    found = transfer_queries.transfers(
        session,
        union.county,
        union.path,
        desk,
        sight_of(g.actor.path),
        is_open=is_open,
        state=state,
        after=after,
        limit=PAGE + 1,
    )
    lines = found[:PAGE]
    counts = transfer_queries.counts(session, union.county, union.path)
    is_union = union.is_grassroots
    codes = {code for line in lines for code in (line.from_union, line.to_union) if code}
    given = forms or {}
    ended = None if is_open else "1"
    return render_template(
        "transfers/transfers.html",
        desk=desk,
        desks=[(one, _address(one), counts[one]) for one in _desks()],
        lines=lines,
        names=unions.names_of(session, codes),
        reasons={one.code: one.label for one in code_list("transfer_objection")},
        is_open=is_open,
        waiting=transfer_queries.count_in(session, union.county, union.path, desk, state)
        if state
        else counts[desk],
        state=state,
        shows_losing=not (is_union and desk is Desk.LOSING)
        and any(line.from_union for line in lines),
        shows_asking=not (is_union and desk is Desk.ASKING),
        here=_address(desk),
        ended=_address(desk, ended=1),
        is_later=bool(after),
        next=_address(desk, ended=ended, state=state and state.value, after=lines[-1].id)
        if len(found) > PAGE
        else "",
        refused=refused,
        objection=given.get("object") or ObjectionForm(clean=True),
        granting=given.get("grant") or SettlementForm("grant", clean=True),
        refusing=given.get("refuse") or SettlementForm("refuse", clean=True),
    )
