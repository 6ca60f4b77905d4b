"""Forms of explanations."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired

from registry.discrepancies.explaining import LENGTH
from registry.web.forms.base import Form


class AnswerForm(Form):
    """Why two numbers do not agree, in the union's words."""

    text = TextAreaField(
        "说明",
        [InputRequired("请写说明。")],
        description="写清原因和人数，不要写姓名和号码。"
        "例如：劳务派遣 6 人在我们这里入会，没有算作职工。",
        render_kw={"maxlength": LENGTH, "rows": 5},
    )


class AgainForm(Form):
    """Why an answer is not enough."""

    text = TextAreaField(
        "还要说明什么",
        [InputRequired("请写还要说明什么。")],
        description="工会会看到这句话，再答复一次；这一次的答复保留。",
        render_kw={"maxlength": LENGTH, "rows": 3},
    )
