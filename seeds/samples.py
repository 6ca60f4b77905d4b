"""The demo's rosters in every state, sent and decided by the real operations.

So the trail, the tallies and the decisions are real too. Each sample belongs to one union; a union
that has sent anything is passed over, so that a second run changes nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

from registry.review.operations import approve, send_back
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind
from seeds.employers import Employer
from seeds.messy import messy_workbook, with_doubts
from seeds.people import AS_OF, Person
from seeds.rosters import Row, csv_file, roster_row
from seeds.stage import Stage, casts, unions_that_sent

FIRST_ROW = 2  # of the persons, below the header line
_DRAFT_ROWS = 150
_WRONG = "请核对身份证件后改正：这几位的信息与社保名单不一致。"
_GONE = "这两位已不在该单位上班，请核实。"


def _draft(stage: Stage) -> None:
    members = stage.members[:_DRAFT_ROWS]
    content = messy_workbook(members, stage.employer, stage.chance, errors=8)
    stage.receive(content, f"{AS_OF.year}年工会会员花名册.xlsx")


def _submitted(stage: Stage) -> None:
    stage.send(with_doubts(stage.rows()))


def _approved(stage: Stage) -> None:
    approve(stage.send(stage.rows()), actor=stage.reviewer)


def _changed_since(stage: Stage) -> None:
    """Admitted in full; in March three left, two retired and some joined."""
    _approved(stage)
    left: Row = {"会籍变化类型": "退会", "会籍变化原因": "劳动（工作）关系发生变化"}
    retired: Row = {"会籍变化类型": "保留会籍", "会籍变化原因": "退休", "就业状况": "退休"}
    joined: Row = {"会籍变化原因": ""}
    march = AS_OF.replace(month=3).isoformat()
    stories = [left, left, left, retired, retired, *(joined for _ in stage.spare)]
    rows = [
        roster_row(person, stage.employer, stage.chance) | {"会籍变化日期": march} | story
        for person, story in zip([*stage.members[:5], *stage.spare], stories, strict=True)
    ]
    number = stage.receive(csv_file(rows), "三月会员变动.csv", Kind.INCREMENT)
    submit(number, actor=stage.clerk, hold_errors=True)
    approve(number, actor=stage.reviewer)


def _partly_sent_back(stage: Stage) -> None:
    number = stage.send(stage.rows())
    doubtful = [FIRST_ROW + 3, FIRST_ROW + 7, FIRST_ROW + 11]
    send_back(number, actor=stage.reviewer, rows=doubtful, reason="wrong_data", note=_WRONG)
    approve(number, actor=stage.reviewer)


def _in_review(stage: Stage) -> None:
    number = stage.send(stage.rows())
    half = FIRST_ROW + len(stage.members) // 2
    gone = [half, half + 1]
    send_back(number, actor=stage.reviewer, rows=gone, reason="not_employee", note=_GONE)
    approve(number, actor=stage.reviewer, rows=range(FIRST_ROW, half))


def _transfer(stage: Stage) -> None:
    """Two of the persons are active in another union, which has not let them go."""
    others = stage.people["3310830010025"][:2]
    approve(stage.send(stage.rows([*stage.members, *others])), actor=stage.reviewer)


def _conflict(stage: Stage) -> None:
    """One member's number comes again, under another name."""
    _approved(stage)
    known = stage.members[4]._replace(full_name=stage.spare[0].full_name)
    rows = stage.rows([known, *stage.spare[1:3]])
    number = stage.receive(csv_file(rows), "新入会人员.csv", Kind.INCREMENT)
    submit(number, actor=stage.clerk, hold_errors=True)
    approve(number, actor=stage.reviewer)


def _withdrawn(stage: Stage) -> None:
    withdraw(stage.send(stage.rows()), actor=stage.clerk)


def _superseded(stage: Stage) -> None:
    stage.send(stage.rows(), "会员花名册（初稿）")
    stage.send(stage.rows([*stage.members, *stage.spare]), "会员花名册（定稿）")


class Sample(NamedTuple):
    """One union, what its clerk and its reviewer did, and what is said while it is made."""

    union: str
    story: Callable[[Stage], None]
    shown: str


# Most stand in the first unit, so that its reviewer sees everything. 3310830010001, the clerk named
# first everywhere, has a draft to correct and nobody in the register yet. What others need of the
# register stands before them.
SAMPLES = (
    Sample("3310830010005", _approved, "已入库"),
    Sample("3310830010025", _approved, "已入库"),
    Sample("3310830010048", _approved, "已入库"),
    Sample("3310830010012", _changed_since, "已入库，后有退会和退休"),
    Sample("3310831010009", _approved, "已入库"),
    Sample("3310831020050", _approved, "已入库"),
    Sample("3310831050030", _approved, "已入库"),
    Sample("3310831070023", _approved, "已入库"),
    Sample("3310832010003", _approved, "已入库"),
    Sample("3310830010001", _draft, "草稿，有错误待改"),
    Sample("3310830020021", _draft, "草稿，有错误待改"),
    Sample("3310831030004", _draft, "草稿，有错误待改"),
    Sample("3310830010006", _submitted, "待审"),
    Sample("3310830010018", _submitted, "待审"),
    Sample("3310830020010", _submitted, "待审"),
    Sample("3310831060012", _submitted, "待审"),
    Sample("3310834000005", _submitted, "待审"),
    Sample("3310830010008", _partly_sent_back, "部分退回"),
    Sample("3310830030016", _partly_sent_back, "部分退回"),
    Sample("3310830010014", _in_review, "审核中"),
    Sample("3310831020011", _in_review, "审核中"),
    Sample("3310830010028", _transfer, "有人在其他工会在册"),
    Sample("3310830010017", _conflict, "同号不同名"),
    Sample("3310830010011", _withdrawn, "已撤回"),
    Sample("3310830010030", _superseded, "初稿被定稿替代"),
)


def sample_people(employers: list[Employer]) -> dict[str, list[Person]]:
    """Return the people of the unions with samples."""
    return casts(employers, [sample.union for sample in SAMPLES])


def send_samples(
    employers: list[Employer], people: dict[str, list[Person]], say: Callable[[str], None]
) -> int:
    """Send every sample that is not there yet; return how many were sent."""
    sent = unions_that_sent()
    missing = [sample for sample in SAMPLES if sample.union not in sent]
    by_code = {employer.code: employer for employer in employers}
    for sample in missing:
        say(f"{by_code[sample.union].name}：{sample.shown}")
        sample.story(Stage(by_code[sample.union], people))
    return len(missing)
