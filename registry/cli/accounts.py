"""The command that helps where nobody is left who could help on the page."""

import click

from registry.cli import answers
from registry.cli.context import application


@click.command(
    "reset-factors", help="系统管理员丢了手机和恢复码、又没有别的管理员能帮忙时，重置其第二步验证。"
)
@click.argument("account")
@click.option("--reason", required=True, metavar="TEXT", help="原因，记入操作留痕")
@click.option("--all-lost", is_flag=True, help="确认其他系统管理员也都登录不了")
def reset_factors(account: str, reason: str, all_lost: bool) -> int:
    """Take away the second factors of an administrator's account."""
    from registry.accounts.rescuing import reset_factors as reset

    with application():
        count = reset(account, reason, all_lost=all_lost)
    answers.put(f"已重置 {account} 的第二步验证（{count} 项），它的全部登录已退出。")
    answers.say(
        "请本人用原来的密码登录，当场重新设置；恢复码打印收好，并尽快开通第二位系统管理员。"
    )
    return answers.DONE


COMMANDS = (reset_factors,)
