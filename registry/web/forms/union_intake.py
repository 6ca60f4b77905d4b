"""The form that brings a workbook of unions."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from registry.web.forms.base import Form


class UnionListForm(Form):
    """A workbook of unions. `sha256` and `size` are filled by the page."""

    file = FileField("工会名单文件", [FileRequired("请先选择工会名单文件，再点“上传并预览”。")])
    sha256 = HiddenField()
    size = HiddenField()
