"""Forms of managing accounts."""

from wtforms import SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from registry.access.roles import Role
from registry.web.forms.base import Form


def _roles_field() -> SelectMultipleField:
    return SelectMultipleField(
        "角色",
        [InputRequired("请至少选择一个角色。")],
        # A mapping: pairs are on their way out of WTForms.
        choices={role.value: role.label for role in Role},
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description="市级管理员、系统管理员、安全审计员必须由不同的人担任，一个账号只能选其中一个。",
    )


class NewAccountForm(Form):
    """A new account."""

    name = StringField(
        "账号",
        [DataRequired("请填写账号。"), Length(3, 64, message="账号为 3 至 64 位。")],
        description="小写字母开头，可用小写字母、数字、点和短横线，例如 reviewer3-331083001。",
    )
    display_name = StringField(
        "使用人姓名",
        [DataRequired("请填写使用人姓名。"), Length(max=50, message="姓名不超过 50 个字。")],
        description="一个账号只给一个人用，换人时请新建账号。",
    )
    place = StringField(
        "所属工会代码",
        [DataRequired("请填写所属工会代码。"), Length(max=16, message="代码不超过 16 位。")],
        description="账号只能看到这个工会及其下级。",
    )
    mail = StringField(
        "邮箱",
        [Length(max=254, message="邮箱地址不超过 254 位。")],
        description="填了就把邀请发到这里，只有本人看得到；不填就显示一次邀请码，请打印或抄写。",
    )
    roles = _roles_field()


class RolesForm(Form):
    """The roles of an account."""

    roles = _roles_field()


class HandOverForm(Form):
    """Who takes over from a clerk."""

    display_name = StringField(
        "接手人姓名",
        [DataRequired("请填写接手人姓名。"), Length(max=50, message="姓名不超过 50 个字。")],
    )
