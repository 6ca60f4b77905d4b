"""What is known of a union beside its name and its life: checked here, told in words here. Pure.

Of persons nothing but the chairperson's name: no number, no telephone.
"""

from collections.abc import Mapping
from typing import NamedTuple

from registry.codes import code_list
from registry.errors import InputRefused
from registry.identity import credit_code

NAME_LENGTH, CHAIR_LENGTH = 120, 50
# Kinds of codes/union_kind.csv that are the union of several employers.
COVERING = frozenset({"2", "5", "6", "7"})
# Refusals that more than one act has: code and sentence.
NOT_JOINT = ("union.not_joint", "只有联合、行业、集团、系统工会有覆盖单位，请先改工会类型。")
COVERS = ("union.covers", "该工会还有覆盖单位，请先移除，再改工会类型。")
NAME_TAKEN = ("union.name_taken", "本市已有同名的工会，请写全称，或者核对是不是同一家。")
CREDIT_CODE_TAKEN = (
    "union.credit_code_taken",
    "本市另一家工会已登记这个统一社会信用代码，请核对。",
)


class Particulars(NamedTuple):
    """What is known of a union, "" where it is not; kinds and industries are codes."""

    credit_code: str = ""
    kind: str = ""
    industry: str = ""
    employer_category: str = ""
    new_sector_kind: str = ""
    chair: str = ""


LABELS: Mapping[str, str] = {
    "name": "名称",
    "parent_code": "上级工会",
    "status": "状态",
    "credit_code": "统一社会信用代码",
    "kind": "工会类型",
    "industry": "行业",
    "employer_category": "单位性质",
    "new_sector_kind": "三新类型",
    "chair": "主席",
    "elected_on": "选举日期",
    "term_ends_on": "任期届满",
    "employer": "覆盖单位",
    # What an act that put unions together or parted them took along.
    "other_union": "对方工会",
    "active": "在会会员",
    "retained": "保留会籍",
    "rosters": "待审报送",
    "drafts": "草稿",
    "given_up": "作废的在线答复",
    "transfers": "转会",
    "accounts": "停用账号",
}
# Which code list a field's values are of.
CODES: Mapping[str, str] = {
    "status": "union_status",
    "kind": "union_kind",
    "industry": "industry",
    "employer_category": "employer_category",
    "new_sector_kind": "new_sector_kind",
}


def checked(told: Particulars) -> dict[str, str | None]:
    """Return the values by field as they are stored.

    Raises `InputRefused` (union.credit_code, union.chair, union.code) for what cannot be.
    """
    values = {field: text.strip() or None for field, text in told._asdict().items()}
    for field, name in CODES.items():
        value = values.get(field)
        if value is not None and value not in code_list(name):
            raise InputRefused("union.code", f"{LABELS[field]}不在可选项中，请从列表里选。")
    chair = values["chair"]
    if chair and (len(chair) > CHAIR_LENGTH or any(char.isdigit() for char in chair)):
        raise InputRefused("union.chair", "主席一栏只写姓名，不要写电话和证件号码。")
    values["credit_code"] = checked_credit_code(told.credit_code)
    return values


def checked_credit_code(text: str) -> str | None:
    """Return a credit code as it is stored, None for none. Raises `InputRefused`."""
    code = credit_code.normal(text)
    if not code:
        return None
    fault = credit_code.fault(code)
    if fault:
        raise InputRefused("union.credit_code", fault)
    return code


def checked_name(text: str) -> str:
    """Return a name without blanks at its ends. Raises `InputRefused`."""
    name = text.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise InputRefused("union.name", f"请填写名称，最多 {NAME_LENGTH} 个字。")
    return name


def in_words(field: str, value: str | None) -> str:
    """Return a stored value as the screen says it."""
    if value is None:
        return "空"
    if field not in CODES or value not in code_list(CODES[field]):
        return value
    return code_list(CODES[field]).label(value)
