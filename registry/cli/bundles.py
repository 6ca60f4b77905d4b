"""The command that loads one roster for many unions at once."""

from pathlib import Path
from typing import Any

import click

from registry.cli import answers
from registry.cli.context import application, signed_in
from registry.cli.files import AS_JSON, FILE, content_of
from registry.errors import InputRefused

OPEN_NAMES = "bundle.open_names"


@click.command(help="把一份有多家工会的名册按“所属工会”拆开，每家工会报送一份。")
@FILE
@click.option("--under", "place", required=True, metavar="CODE", help="乡镇（街道）或市的代码")
@click.option("--as", "user", required=True, metavar="USER", help="以哪个账号办理")
@click.option("--name", "named", multiple=True, metavar="NAME=CODE", help="名称是哪家工会")
@click.option("--leave-out-unknown", is_flag=True, help="对不上的名称，那些行不报")
@AS_JSON
def load(
    file: Path,
    place: str,
    user: str,
    named: tuple[str, ...],
    leave_out_unknown: bool,
    as_json: bool,
) -> int:
    """Read, tell the unions apart, split; refused with the list of names that no union has."""
    from registry.db import db
    from registry.jobs import bundles
    from registry.submissions.bundles import queries
    from registry.submissions.bundles.states import BundleState
    from registry.unions.named import How

    chosen = _chosen(named)
    with application():
        most = max(bundles.most_bytes(is_bulk=is_bulk) for is_bulk in (False, True))
        content = content_of(file, most)
        actor = signed_in(user)
        received = bundles.upload(content, file_name=file.name, place_code=place, actor=actor)
        del content  # up to 300 MB, and sealed on disk by now
        if received.batch_id is not None:
            bundles.run_now(received.batch_id)
        found = queries.find(db.session(), received.bundle_id, place)
        if found.state is BundleState.MAPPING:
            _choose(found, chosen, leave_out_unknown, actor)
            unknown = queries.names(db.session(), found, hows=[How.OPEN], limit=10_000)
            if unknown:
                return _refuse(unknown, as_json)
            bundles.run_now(bundles.confirm(found.id, actor=actor))
        db.session.rollback()
        document = _document(queries.find(db.session(), received.bundle_id, place))
    document["already"] = received.already
    if as_json:
        answers.put_json(document)
    else:
        _put(document)
    return answers.FOUND if document["rows"]["error"] else answers.DONE


def _chosen(named: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for text in named:
        name, sign, code = text.rpartition("=")
        if not sign:
            raise InputRefused("usage", f"“{text}”不对，请写成 --name 名称=工会代码。")
        chosen[name.strip()] = code.strip()
    return chosen


def _choose(found: Any, chosen: dict[str, str], leave_out_unknown: bool, actor: Any) -> None:
    from registry.db import db
    from registry.submissions.bundles import operations, queries
    from registry.unions.named import How

    answered = {}
    for one in queries.names(db.session(), found, limit=10_000):
        if one.written in chosen:
            answered[one.number] = chosen[one.written]
        elif one.how is How.OPEN and leave_out_unknown:
            answered[one.number] = operations.LEAVE_OUT
    if answered:
        operations.choose(found.id, answered, actor=actor)


def _refuse(unknown: list[Any], as_json: bool) -> int:
    message = (
        f"有 {len(unknown)} 个工会名称对不上。请用 --name 名称=工会代码 指明，"
        "或用 --leave-out-unknown 不报这些行。"
    )
    answers.say(message)
    names = [
        {
            "name": one.written,
            "rows": one.row_count,
            "first_row": one.first_row,
            "suggestions": one.suggestions,
        }
        for one in unknown
    ]
    if as_json:
        answers.put_json({"refused": {"code": OPEN_NAMES, "message": message, "names": names}})
    else:
        for one in names:
            answers.put(f"{one['name'] or '（空白）'}  {one['rows']} 行")
    return answers.REFUSED


def _document(found: Any) -> dict[str, Any]:
    from registry.db import db
    from registry.submissions.bundles import queries
    from registry.unions.named import How

    left_out = queries.names(db.session(), found, hows=[How.LEFT_OUT], limit=10_000)
    return {
        "bundle": found.id,
        "state": found.state.value,
        "rows": {
            "total": found.total_count,
            "good": found.good_count,
            "error": found.error_count,
            "left_out": found.left_out_count,
            "skipped": found.skipped_count,
        },
        "unions": [
            {
                "union": one.union_code,
                "submission": one.submission_id,
                "draft": one.draft_id,
                "good": one.good,
                "warning": one.warnings,
                "error": one.errors,
                "transfer": one.transfers,
            }
            for one in queries.parts(db.session(), found)
        ],
        "left_out": [{"name": one.written, "rows": one.row_count} for one in left_out],
    }


def _put(document: dict[str, Any]) -> None:
    rows = document["rows"]
    answers.put(
        f"合并名册 {document['bundle']}：共 {rows['total']} 行 = 已报送 {rows['good']}"
        f" + 需改正 {rows['error']} + 不报 {rows['left_out']} + 已忽略 {rows['skipped']}；"
        f"{len(document['unions'])} 家工会。"
    )


COMMANDS = (load,)
