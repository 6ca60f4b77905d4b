"""The demo's rosters as files: the sound ones, and the messy ones as clerks really send them."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random

from openpyxl import Workbook

from registry.codes.lists import code_list
from seeds.employers import Employer
from seeds.people import AS_OF, YUHUAN, Person

Row = dict[str, object]
# The post and the skill levels of the trade, for industries where the roster tells them.
_POSTS = {
    "C": ("操作工", "车工", "装配工", "质检员", "仓管员", "机修工", "班组长", "会计", "销售员"),
    "P": ("教师", "教师", "教师", "教务员", "保育员", "后勤"),
    "Q": ("护士", "护士", "医师", "药师", "检验员", "护工"),
    "A": ("船员", "轮机员", "养殖工", "加工工", "冷库工"),
    "G": ("驾驶员", "装卸工", "快递员", "调度员"),
}
_ANY_POST = ("职员", "服务员", "保安", "保洁员", "会计", "主管", "营业员")
_WORKERS = "ACEG"  # industries with skill levels
_LEVELS = ("", "", "职业资格四级（中级）", "职业资格五级（初级）", "职业资格三级（高级）")


def roster_rows(people: Iterable[Person], employer: Employer, chance: Random) -> list[Row]:
    """Return the rows of a sound roster by column label; a few recommended cells stay blank."""
    return [
        roster_row(person, employer, chance) | {"序号": number}
        for number, person in enumerate(people, start=1)
    ]


def roster_row(person: Person, employer: Employer, chance: Random) -> Row:
    """Return one person's row by column label, as it stands in a sound roster."""
    worker = employer.industry in _WORKERS
    return {
        "序号": 1,
        "姓名": person.full_name,
        "性别": code_list("sex").label(person.sex),
        "出生日期": person.born_on.isoformat(),
        "民族": code_list("ethnicity").label(person.ethnicity),
        "就业状况": "在岗",
        "有效证件类别": "居民身份证",
        "证件号码": person.number,
        "学历": code_list("education").label(person.education) if chance.random() < 0.97 else "",
        "技能等级": chance.choice(_LEVELS) if worker else "",
        "移动电话": person.mobile if chance.random() < 0.985 else "",
        "户籍类型": chance.choice(("家庭户", "农业家庭户", "非农业家庭户")),
        "户籍所在地": person.region,
        "会籍变化类型": "入会",
        "会籍变化日期": _joined_on(person, employer, chance).isoformat(),
        "政治面貌": "中共党员" if person.is_party_member else "群众",
        "工作单位": employer.name.partition("工会")[0],
        "籍贯": person.region.removesuffix("市"),
        "是否农民工": "否" if person.region == YUHUAN else "是",
        "是否劳务派遣": "是" if worker and chance.random() < 0.06 else "否",
        "工作岗位": chance.choice(_POSTS.get(employer.industry, _ANY_POST)),
        "是否参加医疗互助": "是" if chance.random() < 0.8 else "否",
    }


def _joined_on(person: Person, employer: Employer, chance: Random) -> date:
    """Nobody joins before 18, nor before the union was founded."""
    of_age = person.born_on.replace(year=person.born_on.year + 18, day=min(person.born_on.day, 28))
    first = max(of_age, employer.formed_on)
    return first + timedelta(days=int(chance.random() * (AS_OF - first).days))


def csv_file(rows: list[Row], encoding: str = "utf-8-sig") -> bytes:
    """Return the rows as a plain CSV file with a header line."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def workbook(
    rows: list[Row],
    *,
    title: str = "",
    above: Iterable[str] = (),
    headers: Mapping[str, str] | None = None,
    below: Iterable[str] = (),
) -> bytes:
    """Return the rows as an .xlsx file.

    `title` and the lines `above` stand over the header, the lines `below` under the rows; `headers`
    replaces column labels by what the clerk wrote. Text stays text: a number given as text is
    written as text.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    for line in [title, *above]:
        if line:
            sheet.append([line])
    given = headers or {}
    labels = list(rows[0])
    sheet.append([given.get(label, label) for label in labels])
    for row in rows:
        sheet.append([row[label] if row[label] != "" else None for label in labels])
    for line in below:
        sheet.append([line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
