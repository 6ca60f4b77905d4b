"""Batches for the higher federation: made, downloaded, handed over, and their receipts read."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import Busy, InputRefused, RosterRefused, StateRefused
from registry.exchange import operations, queries, report
from registry.exchange.operations import Plan
from registry.exchange.queries import BatchView
from registry.exchange.receipts import read_back
from registry.exchange.states import BatchState, Outcome
from registry.jobs import exchanges
from registry.jobs import queries as work
from registry.jobs.wake import wake
from registry.unions import queries as unions
from registry.web.downloads import attachment, streamed, taken_by
from registry.web.forms.exchange import BatchForm, ReceiptForm
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.uploads import content_of

blueprint = Blueprint("exchange", __name__)
PAGE = 50
_UNDER_WAY = ("WAITING", "RUNNING")
# Without an answer: no outcome at all.
_WAITING = "WAITING"


@blueprint.get("/unions/<code>/exchange")
@guard(Permission.EXCHANGE)
def batches(code: str) -> str:
    """List the batches, and offer a new one."""
    return _batches_page(BatchForm(_units(), formdata=None))


@blueprint.post("/unions/<code>/exchange")
@guard(Permission.EXCHANGE, fresh=True)
def make(code: str) -> Response | tuple[str, int]:
    """Make a batch; a worker fills it."""
    form = BatchForm(_units())
    if not form.validate():
        return _batches_page(form), 400
    plan = Plan(form.reason.data or "", form.units.data or (), bool(form.again.data))
    try:
        made = exchanges.make(code, plan, actor=g.actor)
    except (InputRefused, StateRefused) as error:
        form.reason.errors = [error.message]
        return _batches_page(form), 400
    wake(made.batch_id)
    return redirect(_address("batch", number=made.number), 303)


@blueprint.get("/unions/<code>/exchange/refused")
@guard(Permission.EXCHANGE)
def refused(code: str) -> str:
    """List whom the higher federation refused and who was not sent anew."""
    operations.county_of(db.session(), code, g.actor)
    after = max(request.args.get("after", 0, type=whole), 0)
    found = queries.refused(db.session(), g.union.county, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "exchange/refused.html",
        lines=shown,
        is_later=bool(after),
        next=_address("refused", after=shown[-1].key) if len(found) > PAGE else "",
    )


@blueprint.post("/unions/<code>/exchange/differences.csv")
@guard(Permission.EXCHANGE)
def differences(code: str) -> Response:
    """Give the difference report; that it was taken is on the trail."""
    place = report.ask(code, actor=g.actor)
    pieces = report.differences_csv(db.session(), place, taken_by())
    return streamed(pieces, f"{place.name}与上级差异表.csv")


@blueprint.get("/unions/<code>/exchange/<int:number>")
@guard(Permission.EXCHANGE)
def batch(code: str, number: int) -> str:
    """Show a batch: its files, its receipts, who was refused."""
    return _batch_page(number, ReceiptForm(formdata=None))


@blueprint.get("/unions/<code>/exchange/<int:number>/progress")
@guard(Permission.EXCHANGE)
def progress(code: str, number: int) -> str | Response:
    """Show how far the filling of a batch is; at its end the whole page is due."""
    found = _found(number)
    now = work.exchange_progress(db.session(), found.county, number)
    if found.is_written or now is None or now.state not in _UNDER_WAY:
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = _address("batch", number=number)
        return answer
    return render_template("exchange/job.html", batch=found, now=now, is_running=True)


@blueprint.get("/unions/<code>/exchange/<int:number>/files/<int:file>.xlsx")
@guard(Permission.EXCHANGE, fresh=True)
def download(code: str, number: int, file: int) -> Response:
    """Give a file of a batch, numbers in full; on the trail with the batch's reason."""
    content = operations.download(number, file, actor=g.actor)
    return attachment(content, f"会员报送_{_found(number).label}_{file}.xlsx")


@blueprint.post("/unions/<code>/exchange/<int:number>/send")
@guard(Permission.EXCHANGE)
def send(code: str, number: int) -> Response:
    """Note that a batch was handed over."""
    return _act(number, operations.send, "已登记报送。收到回执后，在这一页读入。")


@blueprint.post("/unions/<code>/exchange/<int:number>/settle")
@guard(Permission.EXCHANGE)
def settle(code: str, number: int) -> Response:
    """End the waiting for receipts."""
    return _act(number, operations.settle, "已了结。回执没有提到的人会进入下一批。")


@blueprint.post("/unions/<code>/exchange/<int:number>/cancel")
@guard(Permission.EXCHANGE)
def cancel(code: str, number: int) -> Response:
    """Give up a batch that was not handed over."""
    return _act(number, operations.cancel, "已作废，文件已删除；这些人会进入下一批。")


@blueprint.post("/unions/<code>/exchange/<int:number>/receipts")
@guard(Permission.EXCHANGE)
def receive(code: str, number: int) -> Response | tuple[str, int]:
    """Read a receipt, and show what became of its rows."""
    form = ReceiptForm()
    if not form.validate_on_submit():
        return _batch_page(number, form), 400
    try:
        _read(form, number, content_of(form))
    except (InputRefused, RosterRefused, StateRefused, Busy) as error:
        form.file.errors = [error.message]
        return _batch_page(number, form), 400
    flash("回执已经读入，结果在下面。", "success")
    return redirect(_address("batch", number=number), 303)


def _read(form: ReceiptForm, number: int, content: bytes) -> None:
    read_back(
        number,
        content,
        file_name=form.file.data.filename or "",
        actor=g.actor,
        claimed_sha256=(form.sha256.data or "").strip(),
    )


def _act(number: int, do: Callable[..., None], said: str) -> Response:
    try:
        do(number, actor=g.actor)
    except StateRefused as error:
        flash(error.message, "error")
    else:
        flash(said, "success")
    return redirect(_address("batch", number=number), 303)


def _found(number: int) -> BatchView:
    operations.county_of(db.session(), g.union.code, g.actor)
    return queries.find(db.session(), g.union.county, number)


def _units() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in unions.children(db.session(), g.union.code)]


def _batches_page(form: BatchForm) -> str:
    session = db.session()
    place = operations.county_of(session, g.union.code, g.actor)
    before = request.args.get("before", type=whole)
    found = queries.batches(session, place.county, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "exchange/batches.html",
        form=form,
        batches=shown,
        has_refused=bool(queries.refused(session, place.county, limit=1)),
        is_later=before is not None,
        next=_address("batches", before=shown[-1].id) if len(found) > PAGE else "",
        who=display_names(session, [one.made_by for one in shown]),
        names=unions.names_of(session, [code for one in shown for code in one.scope]),
    )


def _batch_page(number: int, form: ReceiptForm) -> str:
    session, found = db.session(), _found(number)
    county = found.county
    now = work.exchange_progress(session, county, number)
    outcome = _outcome_asked(found)
    after = max(request.args.get("after", 0, type=whole), 0)
    lines = queries.items_of(session, county, number, outcome, after=after, limit=PAGE + 1)
    shown = lines[:PAGE]
    receipts = queries.receipts_of(session, county, number)
    people = [found.made_by, found.sent_by, found.ended_by, *(one.read_by for one in receipts)]
    here = outcome.value if outcome else _WAITING
    return render_template(
        "exchange/batch.html",
        batch=found,
        now=now,
        is_running=now is not None and now.state in _UNDER_WAY and not found.is_written,
        worker_alive=work.worker_alive(session),
        files=queries.files_of(session, county, number),
        receipts=receipts,
        form=form,
        tab_items=_tabs(found, outcome),
        lines=shown,
        is_later=bool(after),
        here=_address("batch", number=number, show=here),
        next=_address("batch", number=number, show=here, after=shown[-1].key)
        if len(lines) > PAGE
        else "",
        who=display_names(session, people),
        names=unions.names_of(session, found.scope),
    )


def _outcome_asked(found: BatchView) -> Outcome | None:
    """Return whose lines are shown: those asked for, else those of whom something is to be done."""
    asked = request.args.get("show", "")
    if asked in Outcome.__members__:
        return Outcome(asked)
    if asked == _WAITING or found.state is BatchState.PREPARED:
        return None
    if found.state is BatchState.CANCELLED:
        return Outcome.CANCELLED
    return Outcome.REFUSED if found.refused_count else None


def _tabs(found: BatchView, shown: Outcome | None) -> list[tuple[str, str, int, bool, str]]:
    """Return label, address, count, whether it is the one shown, and tone of each tab."""
    cancelled = found.item_count if found.state is BatchState.CANCELLED else 0
    counts = (
        (None, found.open_count, "grey"),
        (Outcome.REFUSED, found.refused_count, "red"),
        (Outcome.LOST, found.lost_count, "amber"),
        (Outcome.ACCEPTED, found.accepted_count, "grey"),
        (Outcome.CANCELLED, cancelled, "grey"),
    )
    return [
        (
            one.label if one else "还没有回执" if found.sent_at else "待报送",
            _address("batch", number=found.id, show=one.value if one else _WAITING),
            count,
            one is shown,
            tone,
        )
        for one, count, tone in counts
        if count or one is shown
    ]


def _address(page: str, **more: Any) -> str:
    return url_for(f"exchange.{page}", code=g.union.code, **more)
