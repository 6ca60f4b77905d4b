"""incident-report: who saw or took along whom between two instants."""

import click

from registry.cli import answers
from registry.cli.context import application
from registry.cli.files import AS_JSON
from registry.clock import SHANGHAI


@click.command("incident-report", help="两个时刻之间，谁看过、导出过哪些工会的多少人。")
@click.option("--from", "since", required=True, metavar="TIME", help="如 2018-07-31T14:05")
@click.option("--to", "until", required=True, metavar="TIME", help="不含这一刻")
@click.option("--account", default="", metavar="NAME", help="只看一个账号")
@click.option("--union", "place", default="", metavar="CODE", help="只看一家工会")
@AS_JSON
def incident_report(since: str, until: str, account: str, place: str, as_json: bool) -> int:
    """Print accounts, places, files and how many people; 1 when anybody was seen."""
    from registry.db import db
    from registry.privacy.incidents import Asked, Report, instant_of, report
    from registry.unions.queries import counties

    def told(one: Report) -> None:
        total = one.total
        answers.put(
            f"{one.asked.county}：查看 {total.looks:,} 次，接口核验 {total.questions:,} 次，"
            f"涉及 {total.persons:,} 人；文件 {total.files:,} 个，{total.people_in_files:,} 人次。"
        )
        for line in (*one.accounts.values(), *one.places.values()):
            answers.put(
                f"  {line.name} {line.label}：查看 {line.looks:,}，核验 {line.questions:,}，"
                f"{line.persons:,} 人；文件 {line.files:,}，{line.people_in_files:,} 人次"
            )
        for file in one.files:
            at = f"{file.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
            answers.put(
                f"  第 {file.entry} 条 {at} {file.account}"
                f" {file.action} {file.place} {file.people:,} 人 {file.digest}"
            )

    between = (instant_of(since), instant_of(until))
    with application():
        session = db.session()
        found = [
            report(session, Asked(county, *between, account.lower(), place))
            for county in counties(session)
        ]
    if as_json:
        answers.put_json({"counties": [one.to_json() for one in found]})
    else:
        for one in found:
            told(one)
    return answers.FOUND if any(one.accounts for one in found) else answers.DONE


COMMANDS = (incident_report,)
