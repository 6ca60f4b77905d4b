"""Form of a token for a program."""

from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from registry.accounts.tokens import LONGEST_NAME, USUAL_DAYS
from registry.web.forms.base import Form


class TokenForm(Form):
    """What a token is for and how long. The scopes are filled in by the page."""

    name = StringField(
        "给哪个系统用",
        [
            DataRequired("请写明给哪个系统用。"),
            Length(max=LONGEST_NAME, message=f"不超过 {LONGEST_NAME} 个字。"),
        ],
        description="例如：某某公司人事系统。以后停用时看得出是哪一个。",
    )
    scopes = SelectMultipleField(
        "能做什么",
        [InputRequired("请至少选一项。")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="只选用得到的。令牌能做的，不会超过您自己的账号。",
    )
    days = IntegerField("有效天数", [InputRequired("请填写有效天数。")], default=USUAL_DAYS)
