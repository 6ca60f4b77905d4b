"""Forms of signing in and of one's own password."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from registry.web.forms.base import Form

_LONGEST = 128


class SignInForm(Form):
    """Account and password."""

    name = StringField(
        "账号",
        [InputRequired("请填写账号。"), Length(max=64, message="账号不超过 64 位，请核对。")],
        description="上级工会发给您的账号，例如 clerk-3310830010001。",
    )
    password = PasswordField(
        "密码",
        [InputRequired("请填写密码。"), Length(max=_LONGEST, message="密码不超过 128 位。")],
    )


class ConfirmForm(Form):
    """The password once more."""

    password = PasswordField(
        "密码",
        [InputRequired("请填写密码。"), Length(max=_LONGEST, message="密码不超过 128 位。")],
    )


class PasswordForm(Form):
    """A new password of one's own."""

    current = PasswordField(
        "当前密码",
        [InputRequired("请填写当前密码。"), Length(max=_LONGEST, message="密码不超过 128 位。")],
    )
    fresh = PasswordField(
        "新密码",
        [InputRequired("请填写新密码。"), Length(max=_LONGEST, message="密码不超过 128 位。")],
    )
    again = PasswordField(
        "再输一遍新密码",
        [
            InputRequired("请再输一遍新密码。"),
            EqualTo("fresh", message="两次输入的新密码不一样，请重新输入。"),
        ],
    )
