"""What a person sees when something does not go: a page in plain words, never a trace."""

from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask, current_app, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from registry.db import db
from registry.errors import (
    RETRY_SECONDS,
    Busy,
    Forbidden,
    InputRefused,
    NotFound,
    RegistryError,
    Unavailable,
    log_incident,
)
from registry.storage import fault_in, fault_kind, is_away, refusal_of
from registry.vault.keyfile import KeyFileError
from registry.vault.vault import VaultError
from registry.web import guard


class Words(NamedTuple):
    """What is the matter, and what to do."""

    title: str
    text: str


PAGES: dict[int, Words] = {
    400: Words("提交的内容无法识别", "请返回上一页，刷新后重新填写。已经保存的数据不受影响。"),
    401: Words("请先登录", "登录后可以继续办理。"),
    403: Words("没有这项权限", "您的账号没有这项权限，如需办理请联系上级工会。"),
    404: Words(
        "没有找到这个页面", "可能是地址写错了，或者内容不在您的管理范围内。请从首页重新进入。"
    ),
    405: Words("这个地址不能这样打开", "请返回上一页，用页面上的按钮办理。"),
    409: Words("现在不能这样办理", "内容的状态已经变化，请返回刷新后查看最新情况。"),
    413: Words("文件太大", "请删去无关的工作表和图片，或把花名册拆成几个文件分别上传。"),
    429: Words("操作太频繁", "请稍等片刻再试。"),
    500: Words("系统出错了", "刚才的操作可能没有完成，请返回后刷新核对，再重新办理。"),
    503: Words("系统暂时无法访问数据", "已经保存的数据是安全的，请过一会儿再试。"),
}
READ_ONLY = "现在只能查看，不能办理"
SEALED = Words(
    "有加密数据打不开",
    "这个页面上有一处加密保存的内容没有通过核验，可能被人改动过。"
    "请不要再办理与此有关的事情，马上告诉系统管理员。",
)

_STATUSES: tuple[tuple[type[RegistryError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (InputRefused, 400),
    (Busy, 429),
    (Unavailable, 503),
)


def install(app: Flask) -> None:
    """Register the pages."""
    app.register_error_handler(RegistryError, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(DBAPIError, _no_database)
    app.register_error_handler(InternalServerError, _unexpected)
    app.register_error_handler(HTTPException, _http)


def status_of(error: RegistryError) -> int:
    """Return the HTTP status that says the same as an error of the product."""
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return status
    return 409


def page(
    status: int,
    text: str = "",
    *,
    title: str = "",
    code: str = "",
    incident: str = "",
    back: tuple[str, str] | None = None,
) -> tuple[str, int]:
    """Return the page for a status; `title` and `text` replace the general words, `back` is label
    and address of where it can be seen to, else where the person comes from."""
    words = PAGES.get(status) or PAGES[500 if status >= 500 else 400]
    shown = render_template(
        "errors/error.html",
        status=status,
        title=title or words.title,
        text=text or words.text,
        code=code,
        incident=incident,
        back=back or _way_back(status),
    )
    return shown, status


def _way_back(status: int) -> tuple[str, str] | None:
    """Return label and address of what may be opened again: the page itself once the data are
    there, else the one from which the person came.
    """
    if status == 503 and request.method == "GET":
        return "再试一次", request.full_path.rstrip("?")
    came_from = urlsplit(request.referrer or "")
    address = f"{came_from.path}?{came_from.query}".rstrip("?")
    is_here = came_from.netloc == request.host and address != request.full_path.rstrip("?")
    return ("返回上一页", address) if is_here and guard.safe_next(address) else None


def _refused(error: RegistryError) -> tuple[str, int]:
    if isinstance(error, VaultError):
        incident = _log("a sealed value did not open", error)
        return page(500, SEALED.text, title=SEALED.title, incident=incident)
    if isinstance(error, KeyFileError):
        return _unexpected(InternalServerError(original_exception=error))
    if isinstance(error, Forbidden) and error.code == "permission.missing" and _is_late():
        guard.refuse(g.actor, error)
    title = READ_ONLY if isinstance(error, Unavailable) else ""
    return page(status_of(error), error.message, title=title, code=error.code)


def _is_late() -> bool:
    """Whether an operation refused, not the guard: then nobody has written it on the trail yet."""
    return g.get("actor") is not None and not g.get("is_refusal_recorded", False)


def _forged(error: CSRFError) -> tuple[str, int]:
    if g.get("actor") is None:
        text = "可能在别的窗口退出了，或者太久没有操作。请重新登录再办理，刚才的操作没有执行。"
        back = ("重新登录", url_for("signin.sign_in"))
        return page(400, text, title="您已退出登录", code="csrf", back=back)
    text = "页面停留时间太久或已重新登录，请返回上一页刷新后再提交。刚才的操作没有执行。"
    return page(400, text, title="页面已经过期", code="csrf")


def _no_database(error: DBAPIError) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    db.session.remove()
    fault = fault_in(current_app.config["DATA"])
    if fault is not None and fault_kind(error):
        _log("the storage is at fault", error)
        return _refused(refusal_of(fault))
    if not is_away(error):
        return _unexpected(InternalServerError(original_exception=error))
    incident = _log("the database did not answer", error)
    return *page(503, incident=incident), {"Retry-After": str(RETRY_SECONDS)}


def _unexpected(error: InternalServerError) -> tuple[str, int]:
    incident = _log("unhandled", error.original_exception or error)
    return page(500, incident=incident)


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    shown, status = page(status)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer = current_app.make_response((shown, status))
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer  # type: ignore[return-value]
    return shown, status


def _log(what: str, error: BaseException) -> str:
    """Write the error to the log; no form values."""
    return log_incident(current_app.logger, f"{what} at {request.method} {request.path}", error)
