"""The blank roster that a union fills in: the national columns, drop-down lists and help."""

from collections.abc import Iterable, Mapping

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from registry.codes import code_list
from registry.roster.checks.choices import FLAG_LABELS
from registry.roster.columns import COLUMNS, Column
from registry.roster.saving import put_text, save

TITLE_ROW, NOTES_ROW, HEADER_ROW, EXAMPLE_ROW, FIRST_ROW = range(1, 6)
# Drop-down lists and help reach at least this far down.
_PREPARED_ROWS = 5_000

_NOTES = (
    "填写说明：1. 带 * 的列必填，其余请尽量填写。"
    "2. 身份证号码、移动电话按文本填写，本表已设好格式，粘贴时请选“粘贴为数值”。"
    "3. 日期写成 2017-09-01，只知道年月的写成 2017-09。"
    "4. 有下拉列表的列请从列表中选择。5. 第一列为“示例”的行不会读取，可以保留。"
)

# An invented person; the row is passed over on reading because it begins with 示例.
_EXAMPLE = {
    "sequence": "示例",
    "full_name": "王小明",
    "sex": "男",
    "born_on": "1990-03-07",
    "ethnicity": "汉族",
    "work_status": "在岗",
    "document_kind": "居民身份证",
    "document_number": "填写18位身份证号码",
    "education": "大学本科",
    "skill_level": "职业资格三级（高级）",
    "mobile": "填写11位手机号码",
    "household_kind": "农业家庭户",
    "household_region": "浙江省玉环市",
    "change": "入会",
    "changed_on": "2017-09-01",
    "political_status": "群众",
    "employer_name": "单位全称",
    "native_place": "浙江玉环",
    "is_migrant_worker": "是",
    "is_dispatched": "否",
    "worker_group": "无",
    "post": "车工",
    "in_mutual_aid": "是",
    "union_name": "工会全称",
}

_HELP = {
    "full_name": "与证件上的姓名一致，字间不加空格。少数民族姓名中间用“·”。",
    "sex": "可从身份证号码自动取得。",
    "born_on": "如 1990-03-07。可从身份证号码自动取得。",
    "document_kind": "不填时按号码的样子判断，一般为居民身份证。",
    "document_number": "按证件逐位填写，末位是字母的写大写 X。",
    "mobile": "11 位手机号码，尽量填写本人的号码。",
    "change": "不填即为入会。退会、除名、转出、保留会籍请在此选择。",
    "changed_on": "入会或变化的日期，如 2017-09-01；只知道年月的写 2017-09。",
    "is_migrant_worker": "填 是 或 否。",
    "worker_group": "不属于八大群体的填“无”。",
    "remark": "可写其他说明，不会读取。",
}

_WIDTHS = {"sequence": 7, "document_number": 22, "household_region": 20, "employer_name": 24,
           "union_name": 24, "remark": 20, "document_kind": 16, "mobile": 16}  # fmt: skip
_HAIR = Side(style="thin", color="B8C4D2")
_BORDER = Border(left=_HAIR, right=_HAIR, top=_HAIR, bottom=_HAIR)
_REQUIRED_FILL = PatternFill("solid", fgColor="1F3A5F")
_OPTIONAL_FILL = PatternFill("solid", fgColor="DCE6F1")
_EXAMPLE_FILL = PatternFill("solid", fgColor="F2F2F2")


def write_blank(members: Iterable[Mapping[str, str]] | None = None) -> bytes:
    """Return a blank roster as .xlsx; with `members` (labels by field), one row for each."""
    workbook = Workbook()
    workbook.properties.creator = "同心册"
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = "会员花名册"
    _head(sheet)
    _row(sheet, EXAMPLE_ROW, _EXAMPLE)
    for cell in sheet[EXAMPLE_ROW]:
        cell.fill = _EXAMPLE_FILL
        cell.font = Font(italic=True, color="7F7F7F")
    last = FIRST_ROW - 1
    for number, member in enumerate(members or (), start=1):
        last += 1
        _row(sheet, last, {**member, "sequence": str(number)})
    _rules(sheet, _options(workbook), max(last, FIRST_ROW + _PREPARED_ROWS))
    return save(workbook)


def _head(sheet: Worksheet) -> None:
    width = len(COLUMNS)
    for row, text, height in ((TITLE_ROW, "工会会员实名制花名册", 30), (NOTES_ROW, _NOTES, 48)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
        put_text(sheet.cell(row, 1), text)
        sheet.row_dimensions[row].height = height
    sheet.cell(TITLE_ROW, 1).font = Font(bold=True, size=18)
    sheet.cell(NOTES_ROW, 1).alignment = Alignment(wrap_text=True, vertical="center")
    for place, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(place)
        required = column.requirement == "required"
        cell = sheet.cell(HEADER_ROW, place)
        put_text(cell, f"*{column.label}" if required else column.label)
        cell.fill = _REQUIRED_FILL if required else _OPTIONAL_FILL
        cell.font = Font(bold=True, color="FFFFFF" if required else "1F3A5F")
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.border = _BORDER
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.field, 14)
        # Text keeps all digits of a number and every date as it was typed.
        sheet.column_dimensions[letter].number_format = "@"
    sheet.row_dimensions[HEADER_ROW].height = 32
    sheet.freeze_panes = f"C{EXAMPLE_ROW}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = "9"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _row(sheet: Worksheet, row: int, values: Mapping[str, str]) -> None:
    for place, column in enumerate(COLUMNS, start=1):
        cell = sheet.cell(row, place)
        cell.number_format = "@"
        cell.border = _BORDER
        text = values.get(column.field)
        if text:
            put_text(cell, text)


def _options(workbook: Workbook) -> dict[str, str]:
    """Write the code lists on a hidden sheet; return the range of each, by the list's name."""
    sheet = workbook.create_sheet("选项")
    sheet.sheet_state = "hidden"
    ranges: dict[str, str] = {}
    names = dict.fromkeys(column.codes for column in COLUMNS if column.codes)
    for place, name in enumerate(names, start=1):
        labels = [code.label for code in code_list(name)]
        for row, label in enumerate(labels, start=1):
            put_text(sheet.cell(row, place), label)
        letter = get_column_letter(place)
        ranges[name] = f"'选项'!${letter}$1:${letter}${len(labels)}"
    return ranges


def _rules(sheet: Worksheet, options: Mapping[str, str], last: int) -> None:
    """Put a list, a rule or at least a help note on each column."""
    for place, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(place)
        rule = _rule(column, options)
        if rule is not None:
            rule.add(f"{letter}{FIRST_ROW}:{letter}{last}")
            sheet.add_data_validation(rule)


def _rule(column: Column, options: Mapping[str, str]) -> DataValidation | None:
    rule = _choice(column, options) or _length(column) or DataValidation()
    help_text = _HELP.get(column.field)
    if help_text is None and column.kind == "text":
        return None
    if rule.type == "list":
        help_text = help_text or "请从下拉列表中选择。"
    rule.allow_blank = True
    rule.showInputMessage = True
    rule.promptTitle = column.label
    rule.prompt = help_text
    return rule


def _choice(column: Column, options: Mapping[str, str]) -> DataValidation | None:
    if column.codes is not None:
        rule = DataValidation(type="list", formula1=f"={options[column.codes]}")
    elif column.kind == "flag":
        rule = DataValidation(type="list", formula1=f'"{",".join(FLAG_LABELS.values())}"')
    else:
        return None
    rule.showErrorMessage = True
    rule.errorTitle = column.label
    rule.error = "请从下拉列表中选择一项。"
    return rule


def _length(column: Column) -> DataValidation | None:
    """A wrong length is asked about, not refused: other documents have other lengths."""
    if column.kind == "mobile":
        limits, text = ("11", "11"), "手机号码应为 11 位，确定这样填写吗？"
    elif column.kind == "document":
        limits, text = ("5", "30"), "证件号码一般为 18 位，确定这样填写吗？"
    else:
        return None
    rule = DataValidation(
        type="textLength", operator="between", formula1=limits[0], formula2=limits[1]
    )
    rule.errorStyle = "warning"
    rule.showErrorMessage = True
    rule.errorTitle = column.label
    rule.error = text
    return rule
