"""What is done to an account in the same way on the administrator's pages and on a review unit's:
each does it to `g.account`, says so, and goes back.
"""

from flask import flash, g, redirect, request
from werkzeug.wrappers import Response

from registry.accounts import operations
from registry.errors import InputRefused
from registry.review.leaving import close_account


def lock(back: str) -> Response:
    """Lock the account."""
    operations.lock(g.account.id, actor=g.actor)
    flash(f"账号 {g.account.name} 已停用，已登录的页面立即失效。", "success")
    return redirect(back, 303)


def unlock(back: str) -> Response:
    """Let the account sign in again."""
    operations.unlock(g.account.id, actor=g.actor)
    flash(f"账号 {g.account.name} 已恢复。忘了密码的，请重新邀请。", "success")
    return redirect(back, 303)


def close(back: str) -> Response:
    """Close the account of a person who left, for the reason that the form says."""
    try:
        close_account(g.account.id, request.form.get("reason", ""), actor=g.actor)
    except InputRefused as error:
        flash(error.message, "error")
    else:
        flash(f"账号 {g.account.name} 已注销，不能再登录，以前的操作仍记在本人名下。", "success")
    return redirect(back, 303)
