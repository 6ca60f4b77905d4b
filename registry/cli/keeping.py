"""Commands that keep an installation safe: backup and restore."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry.cli import answers
from registry.cli.context import application
from registry.cli.files import AS_JSON
from registry.clock import SHANGHAI

if TYPE_CHECKING:
    from registry.backups.manifest import About, Manifest


@click.command(help="备份数据库和全部原始文件到一个加密文件；期间网站照常使用。密钥不在备份里。")
@click.argument("dest", type=click.Path(path_type=Path))
@AS_JSON
def backup(dest: Path, as_json: bool) -> int:
    """Write a backup; 1 when an original that should be there was not."""
    from registry.backups.making import make

    with application():
        made = make(dest, answers.say)
    manifest = made.manifest
    if as_json:
        file = {"path": str(made.path), "bytes": made.size, "sha256": made.sha256}
        answers.put_json(file | _told(made.about, manifest))
    else:
        answers.put(f"备份 {made.path}，{made.size:,} 字节")
        answers.put(f"数据 {manifest.rows:,} 行，原始文件 {manifest.originals:,} 个")
        answers.put(f"SHA-256 {made.sha256}")
        answers.say("密钥不在备份里：请确认 keys.json 和 signing 另有保存。")
    if manifest.missing:
        answers.say(f"有 {len(manifest.missing):,} 个原始文件在数据目录里找不到，没有备份到。")
    return answers.FOUND if manifest.missing else answers.DONE


@click.command(help="把备份恢复到空的数据目录和空的数据库（密钥先放回），并逐项核验。")
@click.argument("src", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="只检查备份是否完整、能否打开，什么也不改动")
@AS_JSON
def restore(src: Path, check: bool, as_json: bool) -> int:
    """Restore a backup and say what is there; 1 when something is wrong with it."""
    from registry.backups.restoring import Schema, examine
    from registry.backups.restoring import restore as fill
    from seeds.installation import knows_revision, upgrade_schema

    schema = Schema(knows_revision, lambda revision: upgrade_schema(revision=revision))
    with application():
        if check:
            return _examined(*examine(src, schema), as_json=as_json)
        restored = fill(src, schema, answers.say)
    if as_json:
        heads = [head._asdict() for head in restored.heads]
        answers.put_json(restored._asdict() | {"heads": heads})
        return answers.FOUND if restored.faults else answers.DONE
    answers.put(f"已恢复 {_when(restored.made_at)} 的备份（程序 {restored.program}）")
    for name, count in restored.tables.items():
        answers.put(f"  {name} {count:,} 行")
    answers.put(f"原始文件 {restored.originals:,} 个")
    for head in restored.heads:
        answers.put(f"{head.county} 的留痕到第 {head.number:,} 条，链尾 {head.hash}")
    answers.put(f"核验：{f'有 {len(restored.faults)} 处问题' if restored.faults else '无误'}")
    for fault in restored.faults:
        answers.put(f"  {fault}")
    return answers.FOUND if restored.faults else answers.DONE


def _examined(about: "About", manifest: "Manifest", *, as_json: bool) -> int:
    if as_json:
        answers.put_json(_told(about, manifest))
    else:
        answers.put(
            f"备份完整，能用本机的密钥打开：{_when(about.made_at)} 制作，"
            f"数据 {manifest.rows:,} 行，原始文件 {manifest.originals:,} 个。"
        )
    return answers.DONE


def _told(about: "About", manifest: "Manifest") -> dict[str, Any]:
    """Return what a backup says of itself, for JSON."""
    return {
        "made_at": about.made_at,
        "program": about.program,
        "revision": about.revision,
        "tables": manifest.tables,
        "originals": manifest.originals,
        "missing": manifest.missing,
        "heads": [head._asdict() for head in manifest.heads],
    }


def _when(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@click.command(
    help="删除保存期已满的原始文件（REGISTRY_ORIGINAL_DAYS）和离会会员的联系方式等"
    "（REGISTRY_FORMER_DAYS）；后台进程每天也会做。",
    short_help="删除保存期已满的原始文件和离会会员的联系方式等；后台进程每天也会做。",
)
@click.option("--dry-run", is_flag=True, help="只列出有多少，不删除")
@AS_JSON
def retain(dry_run: bool, as_json: bool) -> int:
    """Delete originals and empty former members whose time is over, or only count them."""
    from registry.db import db
    from registry.jobs import retention
    from registry.privacy import forgetting

    with application():
        found, former = retention.due(db.session()), forgetting.due_count(db.session())
        while not dry_run and (retention.remove_due() or forgetting.forget_due()):
            pass
    count, size = sum(one.number for one in found), sum(one.size for one in found)
    if as_json:
        told = {"originals": count, "bytes": size, "members": former, "removed": not dry_run}
        answers.put_json(told)
    else:
        act = "保存期已满" if dry_run else "已删除保存期已满的"
        answers.put(f"{act}原始文件 {count:,} 个，{size:,} 字节。")
        answers.put(f"{act}离会会员联系方式等 {former:,} 人。")
    return answers.DONE


COMMANDS = (backup, restore, retain)
