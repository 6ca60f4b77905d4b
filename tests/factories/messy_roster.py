"""A roster as an unpractised clerk keeps it in Excel: titles, headings of its own, real slips."""

from typing import NamedTuple

from openpyxl.styles import Alignment, Font

from seeds.people import Person
from tests.factories.people import fields_of, make_people
from tests.factories.workbooks import saved, workbook_of

HEADINGS = {
    "sequence": "序号",
    "full_name": "姓 名*",
    "sex": "性别",
    "born_on": "出生年月",
    "ethnicity": "民族",
    "document_number": "身份证号",
    "education": "文化程度",
    "mobile": "手机号码",
    "household_kind": "户口性质",
    "work_status": "就业情况",
    "political_status": "政治面貌",
    "is_migrant_worker": "是否农民工\n（必填）",
    "changed_on": "入会时间",
}
HEADER_ROW = 3
PEOPLE = 12
# What is wrong, by the number that Excel shows beside the row.
WRONG_DIGIT, NO_NAME, NUMERIC, SHORT_MOBILE = 5, 7, 9, 11
HAN_MISSPELT = (6, 8, 13)
BLANK = 10
DUPLICATES = (4, 17)
FOOTERS = 2


class MessyRoster(NamedTuple):
    """The file, and the persons that it means by their row in it."""

    content: bytes
    people: dict[int, Person]


def make_messy_roster(seed: int = 1) -> MessyRoster:
    """Return a workbook of `PEOPLE` persons, one of them twice, with the slips named above."""
    rows = [row for row in range(HEADER_ROW + 1, HEADER_ROW + 2 + PEOPLE) if row != BLANK]
    people = dict(zip(rows, make_people(PEOPLE, seed), strict=True))
    sheet = {row: fields_of(person) | {"sequence": row} for row, person in people.items()}
    for row, changes in _slips(people).items():
        sheet[row] |= changes
    for row in HAN_MISSPELT:
        sheet[row]["ethnicity"] = "汗族"
    first, again = DUPLICATES
    sheet[again] = sheet[first] | {"sequence": again}
    lines = [[], [], list(HEADINGS.values())]
    for row in range(HEADER_ROW + 1, again + 1):
        lines.append([sheet[row][field] for field in HEADINGS] if row in sheet else [])
    lines += [["合计", f"{len(sheet)}人"], ["填表人：办公室　　审核人：　　联系电话："]]
    return MessyRoster(_workbook(lines), people)


def _slips(people: dict[int, Person]) -> dict[int, dict[str, object]]:
    number = people[WRONG_DIGIT].number
    year = str((int(number[9]) + 1) % 10)  # only this digit contradicts the birth date beside it
    return {
        WRONG_DIGIT: {"document_number": number[:9] + year + number[10:]},
        NO_NAME: {"full_name": None},
        # Excel has kept fifteen digits of it.
        NUMERIC: {"document_number": int(people[NUMERIC].number[:15] + "000")},
        SHORT_MOBILE: {"mobile": people[SHORT_MOBILE].mobile[:10]},
    }


def _workbook(lines: list[list[object]]) -> bytes:
    workbook = workbook_of(lines)
    sheet = workbook.worksheets[0]
    last = sheet.cell(HEADER_ROW, len(HEADINGS)).column_letter
    for row, text in ((1, "2026年度工会会员花名册"), (2, "填报单位（盖章）：办公室")):
        sheet.cell(row, 1, text).font = Font(bold=True, size=18 - 4 * row)
        sheet.merge_cells(f"A{row}:{last}{row}")
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    return saved(workbook)
