"""Commands on a roster's way: submit, approve, send back."""

import re
from pathlib import Path
from typing import Any

import click

from registry.cli import answers
from registry.cli.context import application, signed_in
from registry.cli.files import AS_JSON, FILE, content_of, put_report
from registry.errors import InputRefused

AS_USER = click.option("--as", "user", required=True, metavar="USER", help="以哪个账号办理")
# No number is greater: the database could not even be asked for it.
SUBMISSION = click.argument("submission", type=click.IntRange(1, 2**63 - 1))
MOST_ROWS = 1_048_576
_RANGE = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")


@click.command(help="校验、比对、保存并提交一份花名册。")
@FILE
@click.option("--union", "union_code", required=True, metavar="CODE", help="工会代码")
@AS_USER
@click.option("--kind", type=click.Choice(["full", "increment", "reverify"]), default="increment")
@click.option("--hold-errors", is_flag=True, help="有问题的行留在草稿，其余先提交")
@click.option(
    "--notice",
    type=int,
    metavar="VERSION",
    help="已按第几版个人信息告知书告知；不是现行版本就不提交",
)
@AS_JSON
def submit(
    file: Path,
    union_code: str,
    user: str,
    kind: str,
    hold_errors: bool,
    notice: int | None,
    as_json: bool,
) -> int:
    """Print the check's document and the submission; 1 when there are errors."""
    from registry.db import setting
    from registry.jobs.operations import import_now
    from registry.submissions.operations import state_of
    from registry.submissions.operations import submit as submit_draft
    from registry.submissions.report import stored_report
    from registry.submissions.states import Kind

    with application():
        content = content_of(file, setting("UPLOAD_BYTES"))
        actor = signed_in(user)
        received = import_now(
            content,
            file_name=file.name,
            union_code=union_code,
            kind=Kind(kind.upper()),
            actor=actor,
        )
        document = stored_report(received.submission_id, actor=actor)
        sendable = document["rows"]["ok"] + document["rows"]["warning"]
        sound = hold_errors or not document["rows"]["error"]
        if sendable and sound and not received.already:
            outcome = submit_draft(
                received.submission_id, actor=actor, hold_errors=hold_errors, notice=notice
            )
        else:
            outcome = state_of(received.submission_id, actor=actor)
    document |= outcome.to_json()
    if as_json:
        answers.put_json(document)
    else:
        put_report(document)
        answers.put(f"报送编号 {outcome.submission_id}，{outcome.state.label}。")
    return answers.FOUND if document["rows"]["error"] else answers.DONE


@click.command(help="通过一份报送的全部待审行，或其中几行。")
@SUBMISSION
@AS_USER
@click.option("--rows", metavar="LIST", help="Excel 行号，如 2,3,7-12")
@AS_JSON
def approve(submission: int, user: str, rows: str | None, as_json: bool) -> int:
    """Print what was admitted and what stays pending."""
    from registry.review.operations import approve as approve_rows

    with application():
        outcome = approve_rows(submission, actor=signed_in(user), rows=row_numbers(rows))
    document = {
        "submission": outcome.submission_id,
        "state": outcome.state,
        "approved": outcome.decided,
        "pending": outcome.pending,
        "transfer": len(outcome.transfer),
        "conflict": len(outcome.conflict),
    }
    if as_json:
        answers.put_json(document)
    else:
        answers.put(
            f"入库 {outcome.decided} 行，待审 {outcome.pending} 行（在其他工会在册"
            f" {len(outcome.transfer)}，同号不同名 {len(outcome.conflict)}），"
            f"报送{outcome.state.label}。"
        )
    return answers.DONE


@click.command("send-back", help="把几行退回给经办员改正。")
@SUBMISSION
@AS_USER
@click.option("--rows", required=True, metavar="LIST", help="Excel 行号，如 2,3,7-12")
@click.option("--reason", required=True, metavar="CODE", help="退回原因代码")
@click.option("--note", required=True, metavar="TEXT", help="给经办员的说明")
@AS_JSON
def send_back(submission: int, user: str, rows: str, reason: str, note: str, as_json: bool) -> int:
    """Print how many rows went back and the draft that holds them."""
    from registry.review.operations import send_back as send_rows_back

    with application():
        outcome = send_rows_back(
            submission,
            actor=signed_in(user),
            rows=row_numbers(rows) or [],
            reason=reason,
            note=note,
        )
    document: dict[str, Any] = {
        "submission": outcome.submission_id,
        "state": outcome.state,
        "sent_back": outcome.decided,
        "pending": outcome.pending,
        "draft": outcome.follow_up_id,
    }
    if as_json:
        answers.put_json(document)
    else:
        answers.put(
            f"已退回 {outcome.decided} 行，待审 {outcome.pending} 行；"
            f"退回的行在草稿 {outcome.follow_up_id} 中。"
        )
    return answers.DONE


def row_numbers(text: str | None) -> list[int] | None:
    """Return the row numbers that a list such as 2,3,7-12 names; None for no list.

    Raises `InputRefused` for anything else.
    """
    if text is None:
        return None
    numbers: set[int] = set()
    for part in text.replace("，", ",").split(","):
        found = _RANGE.fullmatch(part.strip())
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not 0 < first <= last <= MOST_ROWS:
            raise InputRefused("usage", f"行号“{part.strip()}”不对，请写成 2,3,7-12 的样子。")
        numbers.update(range(first, last + 1))
    return sorted(numbers)


COMMANDS = (submit, approve, send_back)
