"""Form of naming a deputy."""

from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from registry.web.forms.base import Form


class DeputyForm(Form):
    """Who reviews for whom, from which day to which. The persons are filled in by the page."""

    principal = SelectField("谁不在", [InputRequired("请选择谁不在。")], coerce=int)
    deputy = SelectField(
        "由谁代理",
        [InputRequired("请选择由谁代理。")],
        coerce=int,
        description="本市其他单位的审核员。本单位的另一位审核员本来就能审核，不用代理。",
    )
    first = DateField("从哪天起", [InputRequired("请填写开始日期。")])
    last = DateField("到哪天止（含当天）", [InputRequired("请填写结束日期。")])
