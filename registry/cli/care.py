"""Commands that care for an installation: init, seed, keys, trail heads, work."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

import config
from registry.cli import answers
from registry.cli.context import application, flask_app
from registry.errors import StateRefused
from registry.vault import keyfile, sources

_KEEP = """密钥在 {where}。
1. 现在就把密钥抄存两份（加密 U 盘或密封的打印件），分别由两人保管；丢失后数据无法恢复，谁也帮不上。
2. 不要与数据库备份放在一起：同时拿到两者的人能看到全部证件号码。
3. signing 文件夹里的签名密钥同样保管。以后每次运行 rotate-keys，都要换掉这些副本。"""


@click.command(help="建立一套空的正式系统：密钥、数据库、市总工会和第一个系统管理员。")
@click.option("--county", default="331083", show_default=True, metavar="CODE")
@click.option("--name", default="玉环市总工会", show_default=True, help="市总工会名称")
@click.option("--administrator", default="系统管理员", show_default=True, help="管理员姓名")
def init(county: str, name: str, administrator: str) -> int:
    """Write keys, schema and the first administrator, whose invitation is printed once."""
    from registry.accounts.opening import open_first_administrator
    from registry.clock import local_day
    from seeds.installation import lay_county, upgrade_schema

    where = _keys(demo=False)
    with application() as app:
        upgrade_schema()
        lay_county(county, name)
        slip = open_first_administrator(county, administrator)
    answers.put(f"账号 {slip.account_name}")
    answers.put(f"邀请码 {slip.code}")
    if app.config["SITE"]:
        answers.put(f"邀请链接 {app.config['SITE'].rstrip('/')}/invitation#{slip.code}")
    answers.say(
        f"请在 {local_day(slip.expires_at)} 前打开网站的 /invitation，用邀请码设置自己的密码；"
        "过期了就再运行一次。"
    )
    answers.say(_KEEP.format(where=where))
    return answers.DONE


@click.command(help="载入代码表和玉环的工会组织；--demo 另加演示数据。重复运行不会改动已有内容。")
@click.option("--demo", is_flag=True, help="606 个虚构基层工会、账号和示例花名册")
def seed(demo: bool) -> int:
    """Bring the schema and the seed; of a demo installation the password is printed once."""
    from seeds import demo as demo_data
    from seeds.installation import upgrade_schema

    _keys(demo=demo)
    with application() as app:
        if demo and not app.config["DEMO"]:
            raise StateRefused(
                "seed.real", "这是正式系统，不能载入演示数据；请换一个空的 REGISTRY_DATA。"
            )
        upgrade_schema()
        demo_data.seed_tree()
        if demo:
            demo_data.seed_demo(app.config["DEMO_PASSWORD"], answers.say)
    answers.say("代码表和工会组织已就绪。")
    return answers.DONE


@click.command("rotate-keys", help="换用新的加密密钥，并用它重新加密全部数据；期间网站照常使用。")
def rotate_keys() -> int:
    """Add a key and seal everything again with it; keys that are kept elsewhere were changed
    there.
    """
    from registry.jobs.resealing import reseal_all

    with application() as app:
        if app.config["KEYS"]:
            ring = sources.ring(app.config["KEYS"], app.config["DATA"])
        else:
            ring = keyfile.add_key(app.config["DATA"])
        answers.say(f"密钥编号 {ring.current}，开始重新加密……")
        count = reseal_all(answers.say)
    answers.put(f"已用 {ring.current} 号密钥重新加密 {count:,} 项。旧密钥仍保留，用于打开旧备份。")
    return answers.DONE


@click.command(
    "new-keys", help="生成一份密钥并印出来，不保存：密钥放在别处（REGISTRY_KEYS）时使用。"
)
@click.option("--add", is_flag=True, help="在现有密钥之上增加一个，随后运行 rotate-keys")
def new_keys(add: bool) -> int:
    """Print a fresh set of keys, or the present ones with one more, for where they are kept."""
    settings = config.load(os.environ)
    if add:
        ring = keyfile.with_new_key(sources.ring(settings["KEYS"], settings["DATA"]))
    else:
        ring = keyfile.fresh(demo=False, hash_algorithm=_hash_algorithm(settings))
    answers.put(keyfile.text_of(ring))
    answers.say("以上是密钥，本机没有保存。请放入 REGISTRY_KEYS 所指的地方，并另留两份副本。")
    return answers.DONE


@click.command(help="启动一个后台处理进程。")
def work() -> int:
    """Work until told to end."""
    from registry.jobs.worker import work as run_worker

    app = flask_app()
    run_worker(app.app_context, config.chosen(os.environ))
    return answers.DONE


@click.command("trail-heads", help="签署操作留痕各链的链尾，印出来，并写到 REGISTRY_TRAIL_HEADS。")
def trail_heads() -> int:
    """Write the signed heads to the second place now, and print them: for paper, or another's
    care.
    """
    from registry.trail import copies

    with application():
        for line in copies.write_now():
            answers.put(line)
    return answers.DONE


@click.command("mail-digest", help="给填了邮箱的账号发一封待办提醒，每天最多一封；由 cron 调用。")
def mail_digest() -> int:
    """Send what waits, in counts; exit with 1 where a mail could not be sent."""
    from registry.mail.sending import send_digests

    with application():
        outcome = send_digests()
    answers.put(f"已发送 {outcome.sent:,} 封；没有待办的 {outcome.nothing:,} 个账号没有发。")
    for name, why in outcome.failed.items():
        answers.say(f"没有发出：账号 {name}（{why}）")
    return answers.FOUND if outcome.failed else answers.DONE


def _keys(*, demo: bool) -> str:
    """Write the keys of a fresh data folder, and the one of these that an older folder lacks; keys
    that are kept elsewhere must be there. Returns where they stand.
    """
    from registry.vault import signing

    settings = config.load(os.environ)
    folder: Path = settings["DATA"]
    if settings["KEYS"]:
        sources.ring(settings["KEYS"], folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    elif not keyfile.path_in(folder).exists():
        keyfile.create(folder, demo=demo, hash_algorithm=_hash_algorithm(settings))
    if not signing.has_key(folder):
        signing.new_key(folder)
    return "REGISTRY_KEYS 所指的地方" if settings["KEYS"] else str(keyfile.path_in(folder))


def _hash_algorithm(settings: Mapping[str, Any]) -> str:
    """Return the hash of the set in force, which new keys keep for good."""
    from registry.vault.suites import SUITES, demand_hash

    name = SUITES[settings["CRYPTOGRAPHY"]].hash_name
    demand_hash(name)
    return name


COMMANDS = (init, seed, rotate_keys, new_keys, trail_heads, work, mail_digest)
