"""Forms of what members ask about their own particulars."""

from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from registry.privacy.requests import LENGTH
from registry.privacy.states import Checked, RequestKind
from registry.web.forms.base import Form

_EFFECTS = {
    RequestKind.ACCESS: "同意后打印或导出系统里有关本人的全部内容，交给本人",
    RequestKind.RESTRICT: "同意后名单里不再显示本人，不导出，不能查看完整号码；人数照常计算",
    RequestKind.LIFT: "同意后恢复正常",
    RequestKind.ERASE: "会籍终止以后才能办：删去手机号和其他信息，姓名、号码和会籍经过保留",
}


class RequestForm(Form):
    """What a member asks, and how it was made sure who asks."""

    kind = RadioField(
        "请求什么",
        [InputRequired("请选择请求什么。")],
        choices={kind.value: f"{kind.label}：{_EFFECTS[kind]}" for kind in RequestKind},
    )
    identity = RadioField(
        "怎样核实是本人",
        [InputRequired("请选择怎样核实的。")],
        choices={one.value: one.label for one in Checked},
    )
    grounds = TextAreaField(
        "请求的内容和理由",
        [InputRequired("请写请求的内容和理由。")],
        description="照本人说的写。不要写完整的证件号码或手机号。",
        render_kw={"maxlength": LENGTH, "rows": 4},
    )


class AnswerForm(Form):
    """What is answered."""

    answer = TextAreaField(
        "答复",
        description="不同意的要写理由，会转告本人；同意的可以不写。",
        render_kw={"maxlength": LENGTH, "rows": 3},
    )
