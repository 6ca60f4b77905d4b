"""Forms of batches for the higher federation."""

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from registry.members.seeing import WORDS_LENGTH
from registry.web.forms.base import Form


class BatchForm(Form):
    """What a batch is to be."""

    units = SelectMultipleField(
        "范围",
        [Optional()],
        description="一个都不选，就是全市。",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,  # the operation knows which units there are
    )
    again = BooleanField(
        "被退回、还没有更正的也再报一次",
        description="平时不用勾选：更正以后会自动进入下一批。",
    )
    reason = StringField(
        "报送理由",
        [InputRequired("请填写报送理由，系统会留痕。")],
        description="文件里有完整的证件号码和手机号，理由会记入操作留痕。",
        render_kw={"maxlength": WORDS_LENGTH},
    )

    def __init__(self, units: Sequence[tuple[str, str]], **values: Any) -> None:
        """`units` are code and name of those that may be chosen."""
        super().__init__(**values)
        self.units.choices = list(units)


class ReceiptForm(Form):
    """The higher federation's answer. `sha256` and `size` are filled by the page."""

    file = FileField("回执文件", [FileRequired("请先选择回执文件，再点“读入回执”。")])
    sha256 = HiddenField()
    size = HiddenField()
