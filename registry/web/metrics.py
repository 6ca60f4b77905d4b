"""Figures for those who watch the site, as Prometheus reads them: no word about anybody.

Requests are counted by each process for itself; what stands in the database is the same for all.
"""

import hmac
from collections import Counter
from pathlib import Path
from threading import Lock

from flask import Blueprint, Flask, Response, abort, request
from sqlalchemy.exc import SQLAlchemyError

from registry.access.doors import open_to_all
from registry.backups.queries import last_made
from registry.clock import now
from registry.db import db, reachable, setting
from registry.jobs.queries import queue_lengths, workers_alive
from registry.members.harvest import alarms
from registry.storage import fault_in
from registry.trail import copies

blueprint = Blueprint("metrics", __name__)
_HERE = ("127.0.0.1", "::1")
_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
_lock = Lock()
_answered: Counter[int] = Counter()


def install(app: Flask) -> None:
    """Count every answer."""
    app.after_request(_count)


@blueprint.get("/metrics")
@open_to_all
def metrics() -> Response:
    """Give the figures to who asks from this machine, or with the token; to others it is not
    there.
    """
    if not (_is_local() or _has_token()):
        abort(404)
    return Response("\n".join([*_requests(), *_stored(), ""]), content_type=_FORMAT)


def _count(response: Response) -> Response:
    with _lock:
        _answered[response.status_code] += 1
    return response


def _is_local() -> bool:
    """Tell whether the caller is on this machine; behind a proxy that the site was not told of
    everybody seems to be.
    """
    if request.remote_addr not in _HERE:
        return False
    return bool(setting("PROXIES")) or "X-Forwarded-For" not in request.headers


def _has_token() -> bool:
    file = setting("METRICS_TOKEN_FILE")
    shown = request.authorization
    if not file or shown is None or not shown.token:
        return False
    kept = Path(file).read_text("utf-8").strip()
    return bool(kept) and hmac.compare_digest(kept.encode(), shown.token.encode())


def _requests() -> list[str]:
    with _lock:
        counted = sorted(_answered.items())
    name = "tongxin_requests_total"
    return [
        f"# HELP {name} Requests that this process answered, by status.",
        f"# TYPE {name} counter",
        *(f'{name}{{status="{status}"}} {count}' for status, count in counted),
    ]


def _stored() -> list[str]:
    try:
        is_up = reachable()
        queue, workers = queue_lengths(db.session()), workers_alive(db.session())
        looking = len(alarms(db.session()))
        backed_up = last_made(db.session())
        late = copies.late_counties(db.session())
    except SQLAlchemyError:
        db.session.remove()
        return _gauge("tongxin_database_up", "Whether the database answers.", {"": 0})
    age = {} if backed_up is None else {"": int((now() - backed_up).total_seconds())}
    is_sound = fault_in(setting("DATA")) is None
    states = {f'{{state="{state}"}}': count for state, count in queue.items()}
    return [
        *_gauge("tongxin_database_up", "Whether the database answers.", {"": int(is_up)}),
        *_gauge("tongxin_writable", "Whether the storage is sound.", {"": int(is_sound)}),
        *_gauge("tongxin_queue", "Pieces of long work that are not at their end.", states),
        *_gauge("tongxin_workers", "Workers seen in the last 30 seconds.", {"": workers}),
        *_gauge("tongxin_looking", "Accounts near what one may look at in a day.", {"": looking}),
        *_gauge("tongxin_backup_age_seconds", "Seconds since the last backup, if any.", age),
        *_heads(late),
    ]


def _heads(late: list[str] | None) -> list[str]:
    if late is None:
        return []
    about = "Counties whose signed heads of the trail are not at the second place in time."
    return _gauge("tongxin_trail_heads_late", about, {"": len(late)})


def _gauge(name: str, about: str, values: dict[str, int]) -> list[str]:
    lines = [f"{name}{labels} {value}" for labels, value in values.items()]
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", *lines]
