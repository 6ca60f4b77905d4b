"""Forms of the totals."""

from wtforms import StringField
from wtforms.validators import InputRequired

from registry.totals.operations import REASON
from registry.web.forms.base import Form


class RepairForm(Form):
    """Why what was kept is put right."""

    reason = StringField(
        "原因",
        [InputRequired("请写明改正的原因。")],
        description="例如：恢复备份后与会员不一致，已查明是断电造成的。",
        render_kw={"maxlength": REASON},
    )
