"""Forms of the notice: a new version, and that people were told what it says."""

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Optional

from registry.notices.operations import BODY_LENGTH, PURPOSE_LENGTH
from registry.web.forms.base import Form


class NoticeForm(Form):
    """What for, and the whole text."""

    purpose = TextAreaField(
        "处理目的",
        [InputRequired("请写处理目的。")],
        description="一两句话。每份报送都按当时的目的保存。",
        render_kw={"maxlength": PURPOSE_LENGTH, "rows": 3},
    )
    body = TextAreaField(
        "告知书全文",
        [InputRequired("请写告知书全文。")],
        description="写明处理者、目的、种类、方式、保存期限、个人的权利和办理办法。",
        render_kw={"maxlength": BODY_LENGTH, "rows": 16},
    )


class Told(Form):
    """For forms by which people's particulars are sent: which version stood on the page, and that
    they were told. `is_told` is asked for where the version is news.
    """

    notice = IntegerField("告知书版本", [Optional()])
    is_told = BooleanField("已看过新的告知书，并已告知这份名册里的会员")
