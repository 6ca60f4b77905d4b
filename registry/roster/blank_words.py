"""What the blank roster says: notes above the table, an example, help for each column."""

TITLE = "工会会员实名制花名册"

NOTES = (
    "填写说明：1. 带 * 的列必填，其余请尽量填写。"
    "2. 身份证号码、移动电话按文本填写，本表已设好格式，粘贴时请选“粘贴为数值”；"
    "填错的号码会变成红色，重复的证件号码会变成黄色。"
    "3. 日期写成 2017-09-01，只知道年月的写成 2017-09。"
    "4. 有下拉列表的列请从列表中选择。5. 第一列为“示例”的行不会读取，可以保留。"
)
PREFILLED_NOTES = (
    "6. 表中已填好本会会员。带 * 号的证件号码、移动电话是会员库中已有的号码，不用补全，"
    "没有变化就不要改；有变化的，直接填写完整的新号码。最后一列“系统识别码”请原样保留，不要修改、复制或删除。"
)

# An invented person; the row is passed over on reading because it begins with 示例.
EXAMPLE = {
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

HELP = {
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
CHOICE_HELP = "请从下拉列表中选择。"
ROW_KEY_HELP = (
    "系统用它认出这一行是哪位会员，里面没有证件号码。请原样保留，不要修改，也不要复制到别的行。"
)
_REQUIREMENT = {
    "required": "必填。",
    "recommended": "请尽量填写。",
    "optional": "选填。",
    "defaulted": "",
    "ignored": "",
}


def help_for(field: str, requirement: str, *, has_choice: bool) -> str:
    """Return the words of a column's note; empty where there is nothing to say."""
    words = HELP.get(field) or (CHOICE_HELP if has_choice else "")
    return _REQUIREMENT[requirement] + words
