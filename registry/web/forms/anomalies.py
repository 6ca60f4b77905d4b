"""Forms of anomalies."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired

from registry.review.notes import NOTE_LENGTH
from registry.web.forms.base import Form


class NoteForm(Form):
    """What was found out about an anomaly."""

    note = TextAreaField(
        "核查结果",
        [InputRequired("请写明怎么核查的、结果是什么。")],
        description="例如：已电话核实，车间共用一部手机，请工会补报本人号码。",
        render_kw={"maxlength": NOTE_LENGTH, "rows": 4},
    )
