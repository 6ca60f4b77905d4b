"""Form of one's own mail address."""

from wtforms import StringField
from wtforms.validators import Length

from registry.accounts.mailing import MOST
from registry.web.forms.base import Form


class MailForm(Form):
    """Where to send the digest; empty: nowhere."""

    mail = StringField(
        "邮箱",
        [Length(max=MOST, message="邮箱地址太长。")],
        description="填了才发，每天最多一封，只写有几件事待办，不写任何姓名、号码和工会。清空就不再发。",
    )
