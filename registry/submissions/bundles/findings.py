"""What was found in a bundle's rows, as a file that spreadsheet programs open: CSV, a piece at a
time, so that a million rows need no memory. Masked as everywhere; nothing in it can run.
"""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import now
from registry.db import db, transaction
from registry.errors import StateRefused
from registry.roster import watermark
from registry.roster.columns import COLUMN
from registry.roster.labels import labels_of
from registry.roster.messages import TITLES
from registry.roster.plain_cells import MARK, csv_lines
from registry.submissions.bundles.models import BundleGap, BundleName, BundlePart
from registry.submissions.bundles.operations import locked
from registry.submissions.bundles.states import BundleState
from registry.submissions.models import SubmissionRow
from registry.submissions.storing import StoredFinding, decode_findings
from registry.trail.operations import record
from registry.unions.queries import names_of

HEADER = ("行号", "工会代码", "工会", "列", "项目", "程度", "规则", "问题", "说明", "建议")
# What was put right by itself (fixed) is nobody's question.
_WORDS = {"error": "需改正", "warning": "提醒"}
_WHY = {"blank": "空白行", "header": "重复的表头", "footer": "表尾", "example": "示例行"}
_AT_ONCE = 2000

Line = Sequence[str]


def findings_csv(bundle_id: int, *, actor: Actor) -> Iterator[bytes]:
    """Return the pieces of the file: findings by union and row, then rows left out or skipped.

    Raises `StateRefused` (bundle.state) before the bundle is split. The act is on the trail.
    """
    with transaction() as session:
        bundle = locked(session, bundle_id, actor)
        if bundle.state != BundleState.DONE:
            raise StateRefused("bundle.state", "校验拆分完成以后才能下载问题清单。")
        detail = {"bundle": bundle.id, "rows": bundle.error_count}
        record(session, "bundle.findings", actor=actor, place=bundle.place, detail=detail)
        county, number, skipped = bundle.county, bundle.id, bundle.skipped
    return _pieces(county, number, skipped, watermark.words(actor.name, now()))


def _pieces(county: str, number: int, skipped: str, said: str) -> Iterator[bytes]:
    yield MARK
    lines: list[Line] = [HEADER]
    for line in _lines(db.session(), county, number, skipped):
        lines.append(line)
        if len(lines) >= _AT_ONCE:
            yield csv_lines(lines)
            lines = []
    lines.append((*[""] * 8, said, ""))
    yield csv_lines(lines)


def _lines(session: Session, county: str, number: int, skipped: str) -> Iterator[Line]:
    parts = session.execute(
        select(BundlePart.union_code, BundlePart.submission_id, BundlePart.draft_id)
        .where(BundlePart.county == county, BundlePart.bundle_id == number)
        .order_by(BundlePart.union_code)
    ).all()
    names = names_of(session, (code for code, _, _ in parts))
    for code, submission_id, draft_id in parts:
        # Where no row is good the draft is all there is.
        yield from _of_part(session, county, submission_id or draft_id, code, names.get(code, ""))
    yield from _left_out(session, county, number)
    yield from _skipped(skipped)


def _of_part(
    session: Session, county: str, submission_id: int, code: str, name: str
) -> Iterator[Line]:
    query = (
        select(SubmissionRow.row, SubmissionRow.findings)
        .where(
            SubmissionRow.county == county,
            SubmissionRow.submission_id == submission_id,
            SubmissionRow.findings.is_not(None),
        )
        .order_by(SubmissionRow.row)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row, text in session.execute(query):
        for one in decode_findings(text):
            if one.severity not in _WORDS:
                continue
            label = COLUMN[one.field].label if one.field in COLUMN else ""
            yield (
                *(str(row), code, name, one.column or "", label),
                *(_WORDS[one.severity], one.code, TITLES[one.code], one.message),
                _suggested(one),
            )


def _left_out(session: Session, county: str, number: int) -> Iterator[Line]:
    query = (
        select(BundleGap.row, BundleGap.last, BundleName.written)
        .join(
            BundleName,
            (BundleName.county == county)
            & (BundleName.bundle_id == number)
            & (BundleName.number == BundleGap.name),
        )
        .where(BundleGap.county == county, BundleGap.bundle_id == number)
        .order_by(BundleGap.row)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row, last, written in session.execute(query):
        said = f"所属工会写的是“{written}”，选了“不报这些行”。" if written else "没有写所属工会。"
        yield _run(row, last, "没有报送", said)


def _skipped(skipped: str) -> Iterator[Line]:

    for one in msgspec.json.decode(skipped):
        why = _WHY.get(one["why"], one["why"])
        yield _run(one["row"], one.get("last") or one["row"], "未读取", f"{why}，不是人员。")


def _run(row: int, last: int, word: str, said: str) -> Line:
    return (str(row) if row == last else f"{row}-{last}", *("", "", "", ""), word, "", "", said, "")


def _suggested(finding: StoredFinding) -> str:
    """Return what the page offers, in words; of a document number or mobile nothing, it is sealed
    with the row.
    """
    offered = finding.suggestion
    values = offered if isinstance(offered, list) else [offered]
    field = finding.field or ""
    return "、".join(labels_of({field: str(one)}).get(field, "") for one in values if one)
