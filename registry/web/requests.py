"""What members ask about their own particulars: the list, one request, what is held about one."""

from collections.abc import Iterable

import msgspec
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.members import queries as members
from registry.members.queries import sight_of
from registry.privacy import queries, requests
from registry.privacy.document import held
from registry.privacy.queries import RequestView
from registry.privacy.states import Checked, RequestKind, RequestState
from registry.unions import queries as unions
from registry.web.downloads import attachment
from registry.web.forms.requests import AnswerForm, RequestForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.waiting import Card

blueprint = Blueprint("requests", __name__)
PAGE = 50
Answer = Response | str | tuple[str, int]


@blueprint.get("/unions/<code>/requests")
@guard(Permission.VIEW_REQUESTS)
def requests_list(code: str) -> str:
    """List what members of a place's unions asked for, the newest first."""
    session, place = db.session(), g.union
    before = request.args.get("before", type=whole)
    sight = sight_of(g.actor.path)
    found = queries.at_place(
        session, place.county, place.path, sight, before=before, limit=PAGE + 1
    )
    shown = found[:PAGE]
    return render_template(
        "requests/requests.html",
        union=place,
        lines=shown,
        is_later=before is not None,
        next=url_for(".requests_list", code=code, before=shown[-1].id) if len(found) > PAGE else "",
        names=unions.names_of(session, [one.union_code for one in shown]),
        people=display_names(session, [one.asked_by for one in shown]),
        today=today(),
    )


@blueprint.route("/unions/<code>/members/<int:member_id>/request", methods=["GET", "POST"])
@guard(Permission.ASK_REQUESTS)
def ask(code: str, member_id: int) -> Answer:
    """Write down what a member asks."""
    record = members.record_of(
        db.session(), g.union.county, member_id, sight_of(g.actor.path), union_code=code
    )
    form = RequestForm()
    if request.method == "POST" and form.validate():
        try:
            number = requests.ask(
                code,
                member_id,
                RequestKind(form.kind.data),
                Checked(form.identity.data),
                form.grounds.data or "",
                actor=g.actor,
            )
        except (InputRefused, StateRefused) as error:
            field = form.grounds if error.code.startswith("text.") else form.kind
            field.errors = [error.message]
        else:
            flash("已登记，等上级工会答复。", "success")
            return redirect(url_for(".one_request", code=code, number=number), 303)
    page = render_template("requests/ask.html", union=g.union, line=record.line, form=form)
    return page if request.method == "GET" else (page, 400)


@blueprint.get("/unions/<code>/requests/<int:number>")
@guard(Permission.VIEW_REQUESTS)
def one_request(code: str, number: int) -> str:
    """Show a request, and what may be done about it."""
    return _page(number, AnswerForm(formdata=None))


@blueprint.post("/unions/<code>/requests/<int:number>/decide")
@guard(Permission.DECIDE_REQUESTS)
def decide(code: str, number: int) -> Answer:
    """Grant or refuse, as the button says."""
    form, is_granted = AnswerForm(), request.form.get("act") == "grant"
    act = requests.grant if is_granted else requests.refuse
    try:
        _find(number)
        act(number, form.answer.data or "", actor=g.actor)
    except InputRefused as error:
        form.answer.errors = [error.message]
        return _page(number, form), 400
    flash("已同意并办好。" if is_granted else "已答复：不同意。", "success")
    return redirect(url_for(".one_request", code=code, number=number), 303)


@blueprint.post("/unions/<code>/requests/<int:number>/withdraw")
@guard(Permission.ASK_REQUESTS)
def withdraw(code: str, number: int) -> Response:
    """Ask for it no more."""
    _find(number)
    requests.withdraw(number, actor=g.actor)
    flash("请求已撤回。", "success")
    return redirect(url_for(".one_request", code=code, number=number), 303)


@blueprint.post("/unions/<code>/requests/<int:number>/document")
@guard(Permission.ASK_REQUESTS, fresh=True)
def document(code: str, number: int) -> str | Response:
    """Show what is held about the member, to print; or give it as a file."""
    _find(number)
    made = held(number, actor=g.actor)
    if request.form.get("form") != "file":
        return render_template("requests/document.html", union=g.union, number=number, held=made)
    content = msgspec.json.format(msgspec.json.encode(made.to_json()), indent=2)
    return attachment(content, f"request-{number}.json", "application/json")


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """Requests that wait for an answer."""
    if not actor.has(Permission.DECIDE_REQUESTS):
        return
    total, late = queries.waiting(session, actor.county, actor.path, today())
    if total:
        yield Card(
            "个人信息请求待答复",
            total,
            "件",
            f"其中超过期限 {late:,} 件，请尽快答复。" if late else "收到后十五个工作日内答复。",
            url_for("requests.requests_list", code=actor.place),
            "去答复",
            "shield-lock",
            "red" if late else "amber",
            75 if late else 35,
        )


def _find(number: int) -> RequestView:
    """Return a request of the place in the address."""
    sight = sight_of(g.actor.path)
    return queries.find(db.session(), g.union.county, number, g.union.path, sight)


def _page(number: int, form: AnswerForm) -> str:
    session, one = db.session(), _find(number)
    union = unions.find(session, one.union_code)
    waits = one.state is RequestState.ASKED
    may_ask = can(Permission.ASK_REQUESTS, union.path)
    is_own = one.asked_by == g.actor.account_id
    return render_template(
        "requests/request.html",
        union=union,
        one=one,
        form=form,
        people=display_names(session, [one.asked_by, one.ended_by]),
        today=today(),
        decides=waits and not is_own and can(Permission.DECIDE_REQUESTS, union.path),
        is_own=waits and is_own,
        withdraws=waits and may_ask,
        opens=may_ask and (one.kind, one.state) == (RequestKind.ACCESS, RequestState.GRANTED),
    )
