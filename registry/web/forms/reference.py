"""Forms of the reference register."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from registry.web.forms.base import Form


class LoadForm(Form):
    """A workbook of mutual aid. `sha256` and `size` are filled by the page."""

    file = FileField("基础数据文件", [FileRequired("请先选择基础数据文件，再点“载入”。")])
    year = IntegerField(
        "参保年度",
        [Optional()],
        description="表里有“年度”列的不用填。整张表是同一年的，在这里填一次，例如 2016。",
    )
    sha256 = HiddenField()
    size = HiddenField()
