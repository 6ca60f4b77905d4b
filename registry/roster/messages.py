"""The one catalogue of what a finding or refusal says: a fact, and the way out of it.

A sentence never holds a document number or a mobile in full: callers give such facts masked, and
`quoted` blinds every long run of digits in a cell's text before it is repeated to the reader.
"""

import re
from typing import NamedTuple


class Message(NamedTuple):
    """`title` names the rule in lists; `fact` and `remedy` are templates, `{name}` a fact.

    `defaults` are the words used for facts that the caller does not know.
    """

    title: str
    fact: str
    remedy: str
    defaults: dict[str, str] = {}  # noqa: RUF012 - never changed


_LABEL = {"label": "此项"}
_OTHERS = {"others": "本表其他行"}

# A number that the system itself has covered, come back without what would tell whose it is.
COVERED = "*"
COVERED_REMEDY = (
    "带 * 号的号码要与同一行的系统识别码一起原样保留，才能取得会员库中的号码；"
    "识别码缺少或不是本工会现有会员的，请填写完整号码，或重新下载预填好的花名册。"
)

MESSAGES: dict[str, Message] = {
    # cells
    "cell.required": Message("必填项未填写", "必填项“{label}”没有填写。", "请补填。", _LABEL),
    "cell.formula": Message(
        "公式没有结果",
        "“{label}”是公式，文件里没有保存计算结果。",
        "请在 Excel 或 WPS 中打开并保存一次，或直接填写内容。",
        _LABEL,
    ),
    "cell.error": Message(
        "单元格报错",
        "“{label}”是表格的出错值（如 #N/A、#REF!）。",
        "请改为实际内容。",
        _LABEL,
    ),
    "cell.too_long": Message(
        "文字过长",
        "“{label}”有 {length} 个字，最多 {limit} 个字。",
        "请缩短，或检查是否把多项内容填在了一格。",
        {**_LABEL, "length": "过多", "limit": "200"},
    ),
    "code.unknown": Message(
        "不在可选项中",
        "“{label}”填的{value}不在可选项中。",
        "请从下拉列表中选择一项。",
        {**_LABEL, "value": "内容"},
    ),
    # documents
    "document.numeric": Message(
        "证件号码存成了数字",
        "证件号码存成了数字格式，表格只保留前 15 位，后面的位数已丢失。",
        "请先把单元格设为文本格式，再对照证件重新填写。",
    ),
    "document.scientific": Message(
        "证件号码是科学计数",
        "证件号码成了科学计数的写法（如 3.31E+17），原号码已丢失。",
        "请先把单元格设为文本格式，再对照证件重新填写。",
    ),
    "document.format": Message(
        "证件号码格式不对",
        "证件号码的位数或字符不符合“{kind}”的格式。",
        "{remedy}",
        {"kind": "该类证件", "remedy": "请对照证件核对号码和证件类别。"},
    ),
    "document.birth_date": Message(
        "证件号码中的出生日期不对",
        "证件号码中的出生日期不存在或晚于今天。",
        "请对照证件逐位核对后改正。",
    ),
    "document.checksum": Message(
        "校验码不正确",
        "身份证校验码不正确，{expected}。",
        "请对照证件逐位核对后改正。",
        {"expected": "至少有一位写错了"},
    ),
    "document.placeholder": Message(
        "证件号码是占位数字",
        "证件号码像是凑数的数字，不是真实号码。",
        "请填写证件上的号码。",
    ),
    "document.division_unknown": Message(
        "行政区划代码从未使用",
        "证件号码前六位不是使用过的行政区划代码。",
        "请对照证件核对前六位；无误可以保留。",
    ),
    "document.legacy": Message(
        "15位旧身份证号码",
        "这是 15 位的第一代身份证号码。",
        "请对照现用身份证，确认建议的 18 位号码。",
    ),
    "document.kind_doubtful": Message(
        "证件类别与号码不符",
        "证件号码像是“{kind}”的号码，与所填证件类别不一致。",
        "请核对证件类别。",
        {"kind": "另一类证件"},
    ),
    "document.consecutive": Message(
        "证件号码连号",
        "有 {count} 行的证件号码前 17 位连续（{others}）。",
        "请核对是否为下拉填充产生的号码；无误可以保留。",
        {"count": "五个以上", **_OTHERS},
    ),
    # comparisons within the row
    "sex.mismatch": Message(
        "性别与证件号码不符",
        "性别与证件号码不一致，按证件号码应为“{expected}”。",
        "请核对性别和证件号码。",
        {"expected": "另一性别"},
    ),
    "born_on.mismatch": Message(
        "出生日期与证件号码不符",
        "出生日期与证件号码不一致，按证件号码应为 {expected}。",
        "请核对出生日期和证件号码。",
        {"expected": "另一日期"},
    ),
    "date.unreadable": Message(
        "日期读不出来",
        "“{label}”填的{value}读不出是哪一天。",
        "请写成 2017-09-01 的样子。",
        {**_LABEL, "value": "内容"},
    ),
    "date.impossible": Message(
        "日期不可能",
        "“{label}”{reason}。",
        "请改正。",
        {**_LABEL, "reason": "晚于今天或早于16周岁"},
    ),
    "date.month_only": Message(
        "日期只有年月",
        "“{label}”只有年月，或分不清是哪个月。",
        "知道具体日期的请补全；不知道的可以保留。",
        _LABEL,
    ),
    "mobile.format": Message(
        "手机号码格式不对",
        "移动电话不是 11 位的大陆手机号码。",
        "{remedy}",
        {"remedy": "请填写一个以 1 开头的 11 位手机号码。"},
    ),
    "mobile.missing": Message("没有手机号码", "没有填写移动电话。", "建议补填，便于联系会员。"),
    "mobile.shared": Message(
        "多人共用手机号码",
        "有 {count} 行填了同一个移动电话（{others}）。",
        "请核对，尽量填写本人的号码。",
        {"count": "五个以上", **_OTHERS},
    ),
    "age.under_16": Message(
        "未满16周岁", "今天未满 {age} 周岁。", "请核对出生日期和证件号码。", {"age": "16"}
    ),
    "age.unusual": Message(
        "在岗年龄少见",
        "就业状况为在岗，但{reason}。",
        "请核对就业状况和出生日期；无误可以保留。",
        {"reason": "年龄少见"},
    ),
    "name.unusual": Message(
        "姓名中有少见字符",
        "姓名中有问号、数字、括号或不能通用的字符。",
        "请对照证件核对姓名；生僻字请用输入法重新输入。",
    ),
    # the roster as a whole
    "roster.duplicate": Message(
        "表内证件号码重复",
        "证件号码与{others}相同。",
        "请核对后只保留一行，或改正填错的号码。",
        _OTHERS,
    ),
    "roster.over_headcount": Message(
        "会员多于职工",
        "会员 {members} 人，多于申报的职工 {employees} 人。",
        "请核对职工人数；确实如此可以提交。",
        {"members": "总数", "employees": "总数"},
    ),
    "roster.big_change": Message(
        "人员变动较大",
        "这份花名册会使 {joining} 人加入、{leaving} 人离开，超过本工会会员的 {percent}%。",
        "请核对是否漏了人或选错了报送方式；确实如此可以提交。",
        {"joining": "多", "leaving": "多", "percent": "20"},
    ),
    # the register
    "change.no_member": Message(
        "本工会没有这名会员",
        "这一行要办理“{change}”，但此人不是本工会的现有会员。",
        "请核对证件号码和会籍变化类型。",
        {"change": "离会或保留会籍"},
    ),
    "member.active_elsewhere": Message(
        "已是其他工会会员",
        "此人目前是另一家工会的会员。",
        "提交后将作为转会申请办理；信息有误请先改正。",
    ),
    "member.name_differs": Message(
        "与会员库姓名不同",
        "会员库中同一证件号码登记的是另一个姓名。",
        "请对照证件核对姓名和证件号码。",
    ),
    "member.same_name_and_mobile": Message(
        "疑似已登记会员",
        "会员库中有姓名和移动电话相同、证件号码不同的人。",
        "请核对证件号码是否填错。",
    ),
    "member.restricted": Message(
        "限制处理",
        "这位会员的信息按本人请求限制处理：这一行只用来确认或者办理会籍，登记的信息不会更新。",
        "要更新信息，请先办理解除限制。",
    ),
    # repairs
    "text.normalised": Message(
        "已整理字符",
        "已去掉“{label}”中多余的空格、全角或看不见的字符。",
        "无需处理。",
        _LABEL,
    ),
    "document.upper_x": Message("已改为大写X", "证件号码末位已改为大写字母 X。", "无需处理。"),
    "name.middle_dot": Message("已统一间隔号", "姓名中的间隔号已统一为“·”。", "无需处理。"),
    "date.form": Message(
        "已统一日期写法",
        "“{label}”已按 {value} 读取。",
        "如不对请改正。",
        {**_LABEL, "value": "日期"},
    ),
    "code.alias": Message(
        "已改为标准选项",
        "“{label}”已按“{value}”读取。",
        "如不对请改正。",
        {**_LABEL, "value": "选项"},
    ),
    "cell.filled": Message(
        "已按证件号码填写",
        "“{label}”已按证件号码填为 {value}。",
        "如不对请核对证件号码。",
        {**_LABEL, "value": "相应内容"},
    ),
    # the file
    "file.hidden_rows": Message(
        "有隐藏的行或列",
        "表中有 {what}被隐藏或筛选掉，这些内容也已读取并计数。",
        "不需要的请删除后重新上传。",
        {"what": "若干行"},
    ),
    "file.several_sheets": Message(
        "有多张花名册",
        "文件里有不止一张像花名册的工作表，只读取了“{sheet}”。",
        "其他工作表（{others}）的人员请并入这一张，或另存后分别上传。",
        {"sheet": "第一张", "others": "未读取"},
    ),
    "file.unmapped_column": Message(
        "有未识别的列",
        "第 {column} 列“{header}”{why}，没有读取。",
        "如果需要，请改用空白表中的列名。",
        {"column": "某", "header": "", "why": "不是花名册的项目"},
    ),
    "column.missing": Message(
        "缺少必填的列",
        "表中没有“{label}”这一列。",
        "{remedy}",
        {**_LABEL, "remedy": "请为整张表统一填写一次，或在表中增加这一列。"},
    ),
    "file.not_a_workbook": Message(
        "不是表格文件",
        "这个文件不是表格，而是{found}。",
        "请用 Excel 或 WPS 打开花名册，选择“另存为”，类型选“Excel 工作簿（.xlsx）”后再上传。",
        {"found": "其他类型的文件"},
    ),
    "file.damaged": Message(
        "文件已损坏",
        "这个表格文件已损坏或不完整，无法读取。",
        "请重新打开原表并另存为 .xlsx 后再上传。",
    ),
    "file.encrypted": Message(
        "文件有密码",
        "这个表格设置了打开密码。",
        "请取消密码（文件 → 信息 → 保护工作簿）并保存后再上传。",
    ),
    "file.too_large": Message(
        "文件过大",
        "文件{what}超过上限 {limit}。",
        "请删去图片和多余的工作表，或分成几个文件上传。",
        {"what": "", "limit": "50 MB"},
    ),
    "file.too_costly": Message(
        "文件读取超限",
        "读取这个文件超过了允许的时间或内存。",
        "请把花名册复制到一个新建的空白工作簿，另存为 .xlsx 后再上传。",
    ),
    "file.no_header": Message(
        "找不到表头",
        "前 30 行里没有找到花名册的表头（至少要有三个认识的列名）。",
        "请使用空白表，或在第一行写上姓名、性别、证件号码等列名。",
    ),
    "file.missing_column": Message(
        "缺少姓名或证件号码列",
        "表中没有“{label}”这一列，无法读取人员。",
        "请补上这一列{hint}后再上传。",
        {"label": "姓名或证件号码", "hint": ""},
    ),
    "file.empty": Message("表中没有人员", "表头下面没有任何人员。", "请填写人员后再上传。"),
}

TITLES: dict[str, str] = {code: message.title for code, message in MESSAGES.items()}

# Seven digits may already be part of a document number or a telephone number.
_LONG_NUMBER = re.compile(r"\d(?:[\s\-.]*\d){6,}")
_QUOTE_LENGTH = 20


def sentence(code: str, **facts: object) -> str:
    """Return what a rule says with these facts; KeyError for an unknown rule.

    Facts that the template does not use are passed over, those it misses have default words.
    """
    message = MESSAGES[code]
    return (message.fact + message.remedy).format_map({**message.defaults, **facts})


def fact_of(code: str, message: str) -> str:
    """Return what a sentence of `sentence` states, without what it asks for: that is over once a
    roster was sent."""
    return message.removesuffix(MESSAGES[code].remedy) if code in MESSAGES else message


def quoted(text: str) -> str:
    """Return a cell's text in quotes, cut to 20 characters, its long numbers blinded."""
    blinded = _LONG_NUMBER.sub(lambda found: _blind(found.group()), text)
    if len(blinded) > _QUOTE_LENGTH:
        blinded = blinded[:_QUOTE_LENGTH] + "…"
    return f"“{blinded}”"


def _blind(number: str) -> str:
    return number[:3] + "*" * (len(number) - 3)


def rows_named(rows: list[int], most: int = 5, total: int | None = None) -> str:
    """Return row numbers as words, 第 3、5、7 行; of many only the first, and how many there are.

    `total` is the number of rows where `rows` are not all of them.
    """
    count = len(rows) if total is None else total
    words = "、".join(map(str, rows[:most]))
    return f"第 {words} 行" if count <= most else f"第 {words} 行等 {count} 行"
