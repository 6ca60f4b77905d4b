"""Forms of a roster for many unions."""

from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from registry.web.forms.base import Form


class BundleForm(Form):
    """A workbook for many unions. `sha256` and `size` are filled by the page."""

    file = FileField("合并名册文件", [FileRequired("请先选择合并名册文件，再点“上传并读取”。")])
    sha256 = HiddenField()
    size = HiddenField()
