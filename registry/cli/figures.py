"""Commands that answer with figures or one person: totals, reconcile, member, verify-trail."""

import click

from registry.cli import answers
from registry.cli.context import application, signed_in
from registry.cli.files import AS_JSON
from registry.totals.days import day_of


@click.command(help="各单位的汇总数，可查过去任何一天。")
@click.option("--under", metavar="CODE", help="哪一级工会之下，默认市总工会")
@click.option("--on", "on_text", metavar="DATE", help="哪一天，如 2018-07-31，默认今天")
@AS_JSON
def totals(under: str | None, on_text: str | None, as_json: bool) -> int:
    """Print the figures of the parts of a place and their total."""
    from registry.db import db
    from registry.totals import queries
    from registry.unions.queries import counties

    on = day_of(on_text)
    with application():
        session = db.session()
        place = under or next(iter(counties(session)), "")
        found = queries.totals(session, place, on)
    if as_json:
        answers.put_json(found.to_json())
        return answers.DONE
    for part in [*found.parts, found.total]:
        rate = part.metrics["membership_rate"].percent
        answers.put(
            f"{part.code:<14}{part.name}  会员 {part.members:,}  职工 {part.employees:,}"
            f"  入会率 {rate}%  待审 {part.pending_rows:,}"
        )
    return answers.DONE


@click.command(help="从会员重新清点，与汇总数逐个工会核对。")
@AS_JSON
def reconcile(as_json: bool) -> int:
    """Print the differences; 1 when there is any."""
    from registry.db import db
    from registry.totals.operations import recount
    from registry.unions.queries import counties

    checked, differences = 0, []
    with application():
        for county in counties(db.session()):
            counted, found = recount(county)
            checked += counted
            differences += found
    if as_json:
        answers.put_json(
            {"checked": checked, "differences": [one._asdict() for one in differences]}
        )
    else:
        answers.put(f"已清点 {checked:,} 人，差异 {len(differences)} 处。")
        for one in differences:
            answers.put(f"{one.union}  {one.what}：汇总 {one.tallied}，清点 {one.counted}")
    return answers.FOUND if differences else answers.DONE


@click.command(help="按证件号码查一个人的会籍（脱敏）。")
@click.argument("number")
@click.option("--as", "user", required=True, metavar="USER", help="以哪个账号办理")
@AS_JSON
def member(number: str, user: str, as_json: bool) -> int:
    """Print the person's membership and history, masked."""
    from registry.members.operations import look_up

    with application():
        found = look_up(number, actor=signed_in(user))
    document = {
        "name": found.line.name,
        "document": found.line.document,
        "state": found.line.state,
        "union": found.line.union_code,
        "events": [
            {
                "type": event.type,
                "on": event.happened_on,
                "recorded_at": event.recorded_at,
                "from": event.from_union,
                "to": event.to_union,
            }
            for event in found.history
        ],
    }
    if as_json:
        answers.put_json(document)
    else:
        line = found.line
        answers.put(f"{line.name}  {line.document}  {line.state.label}  {line.union_code}")
        for event in found.history:
            answers.put(f"  {event.happened_on or '日期未填'}  {event.type.label}")
    return answers.DONE


@click.command("verify-trail", help="核验操作留痕有没有被改动、删除或调换。")
@AS_JSON
def verify_trail(as_json: bool) -> int:
    """Print the faults of the chains; 1 when there is any."""
    from dataclasses import asdict

    from registry.db import db
    from registry.trail.queries import verify

    with application():
        checked, faults = verify(db.session())
    if as_json:
        answers.put_json({"checked": checked, "faults": [asdict(fault) for fault in faults]})
    else:
        answers.put(f"已核验 {checked:,} 条留痕，问题 {len(faults)} 处。")
        for fault in faults:
            where = f"{fault.county} 第 {fault.number} 条：" if fault.number else ""
            answers.put(f"{where}{fault.what}")
    return answers.FOUND if faults else answers.DONE


COMMANDS = (totals, reconcile, member, verify_trail)
