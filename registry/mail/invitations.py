"""An invitation by mail: the address, the account and the code, for the person alone."""

from registry.accounts.opening import Slip
from registry.clock import local_day
from registry.db import setting
from registry.mail.sending import message_to, send, server


def send_invitation(slip: Slip) -> None:
    """Send a slip to its mail address; raises what the mail server or the way to it raises."""
    through, site = server(), setting("SITE").rstrip("/")
    text = (
        f"{slip.display_name}：\n\n"
        f"您在会员实名制系统的账号是 {slip.account_name}（{slip.union_name}）。\n"
        "请打开下面的链接，设置自己的密码：\n"
        f"{site}/invitation#{slip.code}\n\n"
        f"链接打不开的，请打开 {site}/invitation ，输入邀请码 {slip.code} 。\n"
        f"{local_day(slip.expires_at)} 前有效，只能用一次。请不要转发；"
        "不是您本人申请的，请告诉系统管理员。\n"
    )
    send(through, message_to(slip.mail, "会员实名制系统：请设置您的密码", text, through.sender))
