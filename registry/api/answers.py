"""How the interface answers: JSON, and every refusal as a code and a sentence."""

from typing import Any, NamedTuple

import msgspec
from flask import Blueprint, Response, current_app, g, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from registry.api.guard import refuse
from registry.db import db
from registry.errors import (
    RETRY_SECONDS,
    Busy,
    Forbidden,
    InputRefused,
    NotFound,
    NotSignedIn,
    RegistryError,
    RosterRefused,
    Unavailable,
    log_incident,
)
from registry.storage import fault_in, fault_kind, is_away, refusal_of
from registry.vault.keyfile import KeyFileError
from registry.vault.vault import VaultError


class Words(NamedTuple):
    """Code and sentence of what is refused before an operation is reached."""

    code: str
    message: str


_STATUSES: tuple[tuple[type[RegistryError], int], ...] = (
    (NotSignedIn, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (InputRefused, 422),
    (RosterRefused, 422),
    (Busy, 429),
    (Unavailable, 503),
)
_TOO_LARGE = {"file.too_large": 413}
_STATE = 409
_HTTP: dict[int, Words] = {
    400: Words("request.malformed", "请求无法识别，请对照接口说明检查。"),
    404: Words("address.unknown", "没有这个接口地址，请对照接口说明检查。"),
    405: Words("method.wrong", "这个接口地址不能用这种方法请求。"),
    413: Words("file.too_large", "请求内容太大，请把花名册拆成几个文件分别报送。"),
}
_AWAY = Words("database.away", "系统暂时无法访问数据，已经保存的数据是安全的，请过一会儿再试")
_FAULT = Words("fault", "系统出错了，刚才的操作可能没有完成，请查询核对后再试")


def answer(value: Any, status: int = 200) -> Response:
    """Return a JSON answer."""
    return Response(msgspec.json.encode(value), status, mimetype="application/json")


def refused(status: int, code: str, message: str) -> Response:
    """Return a refusal."""
    said = answer({"refused": {"code": code, "message": message}}, status)
    if status == 401:
        said.headers["WWW-Authenticate"] = "Bearer"
    return said


def family(name: str) -> Blueprint:
    """Return a blueprint behind whose addresses also what goes wrong is answered in JSON."""
    blueprint = Blueprint(name, __name__)
    blueprint.register_error_handler(RegistryError, _refused)
    blueprint.register_error_handler(DBAPIError, _no_database)
    blueprint.register_error_handler(InternalServerError, _unexpected)
    blueprint.register_error_handler(HTTPException, of_http)
    return blueprint


def of_http(error: HTTPException) -> Response:
    """Return the refusal for an error of HTTP itself."""
    status = error.code if error.code in _HTTP else 400
    said = refused(status, *_HTTP[status])
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        said.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return said


def _refused(error: RegistryError) -> Response:
    if isinstance(error, VaultError | KeyFileError):
        return _unexpected(InternalServerError(original_exception=error))
    if isinstance(error, Forbidden) and not g.get("is_refusal_recorded", False):
        refuse(error)
    return refused(_status_of(error), error.code, error.message)


def _status_of(error: RegistryError) -> int:
    known = (status for kind, status in _STATUSES if isinstance(error, kind))
    return _TOO_LARGE.get(error.code) or next(known, _STATE)


def _no_database(error: DBAPIError) -> Response:
    db.session.remove()
    fault = fault_in(current_app.config["DATA"])
    if fault is not None and fault_kind(error):
        return _refused(refusal_of(fault))
    if not is_away(error):
        return _unexpected(InternalServerError(original_exception=error))
    said = _incident(503, _AWAY, error)
    said.headers["Retry-After"] = str(RETRY_SECONDS)
    return said


def _unexpected(error: InternalServerError) -> Response:
    return _incident(500, _FAULT, error.original_exception or error)


def _incident(status: int, words: Words, error: BaseException) -> Response:
    what = f"{request.method} {request.path}"
    number = log_incident(current_app.logger, what, error)
    return refused(status, words.code, f"{words.message}（故障编号 {number}）。")
