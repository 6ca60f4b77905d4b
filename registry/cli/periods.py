"""Commands on closed months: verify-period, close-period, and signing-key, the key they are signed
with.
"""

import click

from registry.cli import answers
from registry.cli.context import application, signed_in
from registry.cli.files import AS_JSON


@click.command("close-period", help="封一个月的账：清点、签名、保存。")
@click.argument("month")
@click.option("--as", "user", required=True, metavar="USER", help="以哪个账号办理")
@AS_JSON
def close_period(month: str, user: str, as_json: bool) -> int:
    """Close a month that has ended."""
    from registry.periods.months import Month
    from registry.periods.operations import close

    with application():
        actor = signed_in(user)
        closed = close(actor.county, Month.named(month), actor=actor)
    if as_json:
        answers.put_json(closed._asdict() | {"month": str(closed.month)})
    else:
        answers.put(f"{closed.month} 已封账，第 {closed.revision} 版，会员 {closed.members:,} 人。")
        answers.put(f"摘要 {closed.digest}")
    return answers.DONE


@click.command("verify-period", help="核验已封账的月份有没有被改动；不写月份就全部核验。")
@click.argument("month", required=False)
@AS_JSON
def verify_period(month: str | None, as_json: bool) -> int:
    """Print what is not as it was signed; 1 when there is anything."""
    from registry.db import db
    from registry.periods.months import Month
    from registry.periods.verification import verify
    from registry.unions.queries import counties

    asked = Month.named(month) if month else None
    with application():
        found = [verify(county, asked) for county in counties(db.session())]
    closings = sum(one.closings for one in found)
    faults = [each for one in found for each in one.faults]
    later = [each for one in found for each in one.later]
    if as_json:
        listed = {"faults": faults, "later": later}
        shown = {name: [one._asdict() for one in some] for name, some in listed.items()}
        answers.put_json({"closings": closings, **shown})
    else:
        answers.put(f"已核验 {closings:,} 次封账，问题 {len(faults)} 处。")
        for one in faults:
            which = f" 第 {one.revision} 版" if one.revision else ""
            answers.put(f"{one.month}{which}：{one.text}")
        if later:
            answers.put(f"封账以后补登记的 {len(later)} 处，不是问题：")
        for one in later:
            answers.put(f"{one.month} 第 {one.revision} 版：{one.text}")
    return answers.FOUND if faults else answers.DONE


@click.command("signing-key", help="给封账签名的公钥；--new 换用新的 Ed25519 密钥。")
@click.option("--new", "is_new", is_flag=True, help="生成新的密钥，以后的封账用它签名")
def signing_key(is_new: bool) -> int:
    """Print the public key that signs, and the numbers of all that were used."""
    from registry.periods.operations import change_key
    from registry.vault import signing

    with application() as app:
        folder = app.config["DATA"]
        if is_new:
            change_key()
        device = signing.signer()
        public_key = device.public_key()
    answers.put(public_key.decode().strip())
    answers.say(f"算法 {device.algorithm}，编号 {signing.key_id(public_key)}。")
    former = signing.trusted(folder).keys() - {signing.key_id(public_key)}
    if former:
        answers.say(f"以前用过、仍能核验的：{'、'.join(sorted(former))}。")
    return answers.DONE


COMMANDS = (close_period, verify_period, signing_key)
