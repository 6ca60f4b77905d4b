"""Commands on files alone: check, mark, blank. Without a union they need no database and no
keys.
"""

import hashlib
from pathlib import Path
from typing import Any

import click

from registry.cli import answers
from registry.cli.context import application, signed_in
from registry.clock import today
from registry.errors import InputRefused

FILE = click.argument("file", type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档")
UNION = click.option("--union", "union_code", metavar="CODE", help="工会代码")
AS_USER = click.option("--as", "user", metavar="USER", help="以哪个账号的权限办理")

_REASONS = {
    FileNotFoundError: "没有这个文件或文件夹",
    NotADirectoryError: "没有这个文件或文件夹",
    IsADirectoryError: "这是一个文件夹",
    PermissionError: "没有权限",
}


def content_of(file: Path, most: int) -> bytes:
    """Return the bytes of a file; of one with more than `most`, one byte more than these: whoever
    judges its length refuses it, and a file of any size fits into memory.

    Raises `InputRefused` when it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise InputRefused("file.unreadable", f"无法读取文件 {file}：{_reason(error)}。") from None


def _reason(error: OSError) -> str:
    for kind, reason in _REASONS.items():
        if isinstance(error, kind):
            return reason
    return f"系统不允许（错误号 {error.errno}）"


@click.command(help="读取并校验一份花名册，不保存任何内容。")
@FILE
@UNION
@AS_USER
@AS_JSON
def check(file: Path, union_code: str | None, user: str | None, as_json: bool) -> int:
    """Print what is found; 1 when there are errors."""
    from registry.roster.report import check_roster
    from registry.roster.sandbox import ORDINARY

    content = content_of(file, ORDINARY.file_bytes)
    if union_code is not None:
        with application():
            document = _matched(content, file.name, union_code, user)
    else:
        report = check_roster(content, today(), keep=False)
        document = report.to_json(file.name, hashlib.sha256(content).hexdigest())
    if as_json:
        answers.put_json(document)
    else:
        put_report(document)
    return answers.FOUND if document["rows"]["error"] else answers.DONE


@click.command(help="生成一份标出问题的原表格。")
@FILE
@click.argument("out", type=click.Path(path_type=Path))
def mark(file: Path, out: Path) -> int:
    """Write the clerk's own workbook with its findings; 1 when there are errors."""
    from registry.roster.marked import mark as marked
    from registry.roster.report import check_roster
    from registry.roster.sandbox import ORDINARY

    content = content_of(file, ORDINARY.file_bytes)
    report = check_roster(content, today(), keep=False)
    write(out, marked(content, report))
    counts = report.to_json(file.name, "")["rows"]
    answers.say(f"已生成 {out}：需改正 {counts['error']} 行，提醒 {counts['warning']} 行。")
    return answers.FOUND if counts["error"] else answers.DONE


@click.command(help="生成空白花名册；给出工会时预填该会的会员（号码脱敏，凭识别码传回）。")
@click.argument("out", type=click.Path(path_type=Path))
@UNION
@AS_USER
def blank(out: Path, union_code: str | None, user: str | None) -> int:
    """Write the blank roster."""
    from registry.roster.blank import write_blank

    members, said = None, ""
    if union_code is not None:
        with application():
            members, said = _members(union_code, user)
    write(out, write_blank(members, said))
    answers.say(f"已生成 {out}{'' if members is None else f'，预填会员 {len(members)} 名'}。")
    return answers.DONE


def write(out: Path, content: bytes) -> None:
    """Write a result; raises `InputRefused` when the place cannot be written."""
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InputRefused("file.unwritable", f"无法写入 {out}：{_reason(error)}。") from None


def put_report(document: dict[str, Any]) -> None:
    """Write a check's document as lines for people."""
    rows = document["rows"]
    answers.put(
        f"共 {rows['total']} 行 = 通过 {rows['ok']} + 提醒 {rows['warning']}"
        f" + 需改正 {rows['error']} + 已忽略 {rows['skipped']}"
    )
    for finding in document["file_findings"]:
        answers.put(f"整个文件  {finding['message']}")
    for finding in document["findings"]:
        if finding["severity"] != "fixed":
            place = f"第 {finding['row']} 行 {finding['column'] or ''}".rstrip()
            answers.put(f"{place}  {finding['message']}")


def _matched(content: bytes, file_name: str, union_code: str, user: str | None) -> dict[str, Any]:
    from registry.submissions.matched import match_report

    actor = signed_in(user)
    return match_report(content, file_name=file_name, union_code=union_code, actor=actor)


def _members(union_code: str, user: str | None) -> tuple[list[dict[str, str]], str]:
    """Return the members' rows, and what the file says of who takes it."""
    from registry.clock import now
    from registry.members.roster import rows_of
    from registry.roster import watermark

    actor = signed_in(user)
    return rows_of(union_code, actor=actor), watermark.words(actor.name, now())


COMMANDS = (check, mark, blank)
