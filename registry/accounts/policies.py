"""What an own password must be: one of two policies, for the standards contradict each other.

`asvs` (OWASP ASVS, NIST SP 800-63B): long, not guessable, and kept until something happens.
`mlps` (等级保护, GB/T 22239): three of four kinds of characters, a new one every so many days, none
of the last few again. What is guessed first is refused by both.
"""

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from registry.accounts import passwords
from registry.accounts.models import Account, FormerPassword
from registry.db import setting
from registry.errors import InputRefused

ASVS, MLPS = "asvs", "mlps"
_KINDS = 3  # of: small letters, capitals, digits, others


def rules() -> list[str]:
    """Return the rules that hold, each a sentence for who chooses a password."""
    if setting("PASSWORD_POLICY") == ASVS:
        return [
            f"至少 {_shortest()} 个字符，中文、字母、数字、空格都可以。",
            "推荐用几个互不相关的词，例如一句只有自己知道的话。",
        ]
    return [
        f"至少 {_shortest()} 个字符，大写字母、小写字母、数字、其他符号四种里至少有三种。",
        f"每 {setting('PASSWORD_DAYS')} 天换一次，"
        f"不能用最近 {setting('PASSWORD_HISTORY')} 次用过的。",
    ]


def judge(plain: str, *, personal: tuple[str, ...] = ()) -> None:
    """Return when a person may choose this password.

    `personal` are words that an attacker knows: the account's and the person's name. Raises
    `InputRefused` saying what to do instead.
    """
    passwords.judge(plain, shortest=_shortest(), personal=personal)
    if setting("PASSWORD_POLICY") == MLPS and _kinds(plain) < _KINDS:
        raise InputRefused(
            "password.kinds", "密码要有大写字母、小写字母、数字、其他符号四种里的至少三种。"
        )


def judge_former(session: Session, county: str, account_id: int, plain: str) -> None:
    """Return when the password is none of the account's last ones, where the policy asks that."""
    if setting("PASSWORD_POLICY") != MLPS:
        return
    present = select(Account.password_hash).where(Account.id == account_id)
    former = _former(county, account_id).order_by(FormerPassword.number.desc())
    last: int = setting("PASSWORD_HISTORY")
    hashes = [*session.scalars(present), *session.scalars(former.limit(last - 1))][:last]
    if any(passwords.matches(one, plain) for one in hashes):
        raise InputRefused("password.used", f"最近 {last} 次用过的密码不能再用，请换一个。")


def keep_former(session: Session, county: str, account_id: int) -> None:
    """Keep the hash that is about to be replaced, as many as the policy asks for."""
    hashed = session.scalar(select(Account.password_hash).where(Account.id == account_id))
    if not hashed or setting("PASSWORD_POLICY") != MLPS:
        return
    mine = (FormerPassword.county == county, FormerPassword.account_id == account_id)
    number = (session.scalar(select(func.max(FormerPassword.number)).where(*mine)) or 0) + 1
    session.execute(
        insert(FormerPassword).values(
            county=county, account_id=account_id, number=number, password_hash=hashed
        )
    )
    old = FormerPassword.number <= number - setting("PASSWORD_HISTORY")
    session.execute(delete(FormerPassword).where(*mine, old))


def is_expired(set_at: datetime, at: datetime) -> bool:
    """Tell whether a password set at an instant has to be replaced."""
    if setting("PASSWORD_POLICY") != MLPS:
        return False
    return at - set_at > timedelta(days=setting("PASSWORD_DAYS"))


def _former(county: str, account_id: int) -> Select[tuple[str]]:
    return select(FormerPassword.password_hash).where(
        FormerPassword.county == county, FormerPassword.account_id == account_id
    )


def _shortest() -> int:
    policy = setting("PASSWORD_POLICY")
    shortest: int = setting("PASSWORD_LENGTH" if policy == ASVS else "PASSWORD_MLPS_LENGTH")
    return shortest


def _kinds(plain: str) -> int:
    kinds = [str.islower, str.isupper, str.isdigit]
    of_each = {next((at for at, is_one in enumerate(kinds) if is_one(one)), 3) for one in plain}
    return len(of_each)
