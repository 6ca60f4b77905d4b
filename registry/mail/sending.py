"""Sending the digest: one mail a day at most to each account that gave an address.

The day is claimed before the mail goes out and given back only where the server refused it: a
server that falls silent half-way costs a digest, never sends a second one.
"""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import NamedTuple

from registry.accounts import mailing
from registry.accounts.mailing import Addressee
from registry.accounts.queries import actor_of
from registry.db import db, setting
from registry.errors import StateRefused
from registry.mail.waits import waits_for

TIMEOUT = 20  # seconds to wait for the server's answer
PLAIN, STARTTLS, TLS = "off", "starttls", "tls"
# The server said no, or there was none: nothing went out.
_NOT_SENT = (
    smtplib.SMTPResponseException,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPNotSupportedError,
    ConnectionRefusedError,
)


class Server(NamedTuple):
    """The mail server and who mail comes from."""

    host: str
    port: int
    sender: str
    user: str
    password: str
    security: str


class Outcome(NamedTuple):
    """How many digests were sent, how many accounts nothing waits for, and by account why a mail
    could not be sent.
    """

    sent: int
    nothing: int
    failed: dict[str, str]


def server() -> Server:
    """Return the configured server. Raises `StateRefused` without one, or with half of it."""
    host, sender, user = (setting(name) for name in ("MAIL_SERVER", "MAIL_FROM", "MAIL_USER"))
    if not host:
        raise StateRefused("mail.off", "没有设置邮件服务器（REGISTRY_MAIL_SERVER），不发邮件。")
    if not sender or not setting("SITE"):
        raise StateRefused(
            "mail.sender", "请设置发件人（REGISTRY_MAIL_FROM）和网站地址（REGISTRY_SITE）。"
        )
    security = setting("MAIL_TLS")
    if user and security == PLAIN:
        raise StateRefused(
            "mail.plain", "密码不能不加密发送：设置了 REGISTRY_MAIL_USER，就要用 starttls 或 tls。"
        )
    file = setting("MAIL_PASSWORD_FILE")
    try:
        password = Path(file).read_text(encoding="utf-8").strip() if file else ""
    except OSError as error:
        raise StateRefused(
            "mail.password", "读不到邮件密码文件（REGISTRY_MAIL_PASSWORD_FILE）。"
        ) from error
    return Server(host, setting("MAIL_PORT"), sender, user, password, security)


def send_digests() -> Outcome:
    """Send each account that gave an address what waits for it, once a day."""
    through, site = server(), setting("SITE")
    sent, nothing, failed = 0, 0, {}
    for one in mailing.due(db.session()):
        waits = waits_for(db.session(), actor_of(db.session(), one.account_id))
        if not waits:
            nothing += 1
        elif mailing.claim(one):
            try:
                send(through, _digest(one, waits, through.sender, site))
            except (OSError, smtplib.SMTPException) as error:
                failed[one.name] = type(error).__name__
                if isinstance(error, _NOT_SENT):
                    mailing.give_back(one)
            else:
                sent += 1
    return Outcome(sent, nothing, failed)


def _digest(to: Addressee, waits: list[str], sender: str, site: str) -> EmailMessage:
    text = (
        f"您有 {'、'.join(waits)}，请登录办理：\n{site}\n\n"
        "这封邮件由系统自动发送，请不要回复。不想再收到的，登录后在“邮件提醒”里清空邮箱。\n"
    )
    return message_to(to.mail, "会员实名制系统：有待办事项", text, sender)


def message_to(address: str, subject: str, text: str, sender: str) -> EmailMessage:
    """Return a mail that says what the program has to say."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, address
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="registry.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def send(through: Server, message: EmailMessage) -> None:
    """Send one mail; raises what the server or the way to it raises."""
    if through.security == TLS:
        context = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            through.host, through.port, timeout=TIMEOUT, context=context
        )
    else:
        connection = smtplib.SMTP(through.host, through.port, timeout=TIMEOUT)
    with connection:
        if through.security == STARTTLS:
            connection.starttls(context=ssl.create_default_context())
        if through.user:
            connection.login(through.user, through.password)
        connection.send_message(message)
