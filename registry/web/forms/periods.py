"""Forms of closed months."""

from wtforms import StringField
from wtforms.validators import InputRequired

from registry.periods.operations import REASON
from registry.web.forms.base import Form


class CloseForm(Form):
    """Which month is closed."""

    month = StringField("月份", [InputRequired("请选择月份。")], render_kw={"type": "month"})


class ReopenForm(Form):
    """Why a closed month is opened again."""

    reason = StringField(
        "原因",
        [InputRequired("请写明重新打开的原因。")],
        description="例如：某单位补报了职工人数。写在封账文件里，不能修改。",
        render_kw={"maxlength": REASON},
    )
