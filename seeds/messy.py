"""Rosters as unpractised clerks send them: their own headings, and the slips that really happen."""

from collections.abc import Callable
from random import Random

from seeds.employers import Employer
from seeds.people import Person
from seeds.rosters import Row, roster_rows, workbook

# The headings that clerks have from elsewhere, some with a mark for what must be filled in.
HEADERS = {
    "姓名": "姓 名*",
    "证件号码": "身份证号",
    "移动电话": "手机号码",
    "学历": "文化程度",
    "出生日期": "出生年月",
    "户籍类型": "户口性质",
    "是否农民工": "是否农民工\n（必填）",
    "会籍变化日期": "入会时间",
    "工作单位": "所在单位",
}


def _wrong_digit(row: Row) -> None:
    number = str(row["证件号码"])
    row["证件号码"] = number[:15] + str((int(number[15]) + 3) % 10) + number[16:]


def _letter_for_zero(row: Row) -> None:
    number = str(row["证件号码"])
    at = number.find("0", 6)
    row["证件号码"] = number[:at] + "O" + number[at + 1 :] if at > 0 else number[:17]


def _month_only(row: Row) -> None:
    year, month, _ = str(row["出生日期"]).split("-")
    row["出生日期"] = f"{year}.{int(month)}"


def _other_sex(row: Row) -> None:
    row["性别"] = "女" if row["性别"] == "男" else "男"


def _set(label: str, value: object) -> Callable[[Row], None]:
    def change(row: Row) -> None:
        row[label] = value

    return change


# Each happens to one row, in this order; those that are errors come first.
ERRORS: tuple[Callable[[Row], None], ...] = (
    _wrong_digit,
    _set("姓名", ""),
    lambda row: row.update(证件号码=str(row["证件号码"])[:17]),
    # Excel has made a number of it, and the last three digits are gone.
    lambda row: row.update(证件号码=int(str(row["证件号码"])[:15] + "000")),
    _letter_for_zero,
    _other_sex,
    lambda row: row.update(移动电话=str(row["移动电话"])[:10]),
    _set("民族", "苗人族"),
    _set("是否农民工", "不详"),
    _set("民族", ""),
    _set("证件号码", "3.31021E+17"),
    _wrong_digit,
)
SLIPS: tuple[Callable[[Row], None], ...] = (
    _month_only,
    _set("民族", "汉"),
    lambda row: row.update(证件号码=" " + str(row["证件号码"]).lower()),
    lambda row: row.update(姓名=" ".join(str(row["姓名"]))),
    lambda row: row.update(会籍变化日期=str(row["会籍变化日期"])[:7].replace("-", ".")),
    _set("性别", ""),
    _set("学历", "大专"),
    _set("技能等级", "中级工"),
    lambda row: row.update(出生日期=str(row["出生日期"]).replace("-", "/")),
    _set("移动电话", ""),
    _set("政治面貌", "党员"),
)


def with_doubts(rows: list[Row]) -> list[Row]:
    """Return the rows with warnings among them, which a reviewer should look at first."""
    for row, doubt in zip(rows[2::4], (_joined_in_a_month, _first_generation), strict=False):
        doubt(row)
    return rows


def _joined_in_a_month(row: Row) -> None:
    year, month, _ = str(row["会籍变化日期"]).split("-")
    row["会籍变化日期"] = f"{year}年{int(month)}月"


def _first_generation(row: Row) -> None:
    number = str(row["证件号码"])
    if number[6:8] == "19":
        row["证件号码"] = number[:6] + number[8:17]


def messy_workbook(people: list[Person], employer: Employer, chance: Random, errors: int) -> bytes:
    """Return a roster with titles above, signatures below, and faults in some `errors` rows.

    One person stands twice in it.
    """
    rows = roster_rows(people, employer, chance)
    places = chance.sample(range(2, len(rows)), errors + len(SLIPS))
    for place, fault in zip(places, (*ERRORS[:errors], *SLIPS), strict=True):
        fault(rows[place])
    rows.append(rows[1] | {"序号": len(rows) + 1})
    company = str(rows[0]["工作单位"])
    return workbook(
        rows,
        title=f"{company}工会会员花名册",
        above=[f"填报单位（盖章）：{company}", "填报日期：2026年3月"],
        headers=HEADERS,
        below=[f"合计：{len(rows)}人", "填表人：办公室　　审核人：　　联系电话："],
    )
