"""Forms of signing in and of one's own password."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from registry.accounts.factors import LONGEST_LABEL
from registry.accounts.passkeys import LONGEST_ANSWER
from registry.web.forms.base import Form

_LONGEST = 128
# Stands before the names of a confirmation's fields where another form is carried along with them.
OWN = "confirm-"


def _new_password() -> tuple[PasswordField, PasswordField]:
    """Return the two fields in which somebody chooses a password, `fresh` and `again`."""
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
    return fresh, again


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


class CodeForm(Form):
    """What is shown as the second factor: a code that is typed, or what a passkey answered."""

    code = StringField(
        "验证码",
        [Length(max=40, message="验证码是 6 位数字，恢复码是四组字符，请核对。")],
        description="手机验证器应用里现在显示的 6 位数字。手机不在身边的，可以输入一个恢复码。",
    )
    answer = HiddenField(validators=[Length(max=LONGEST_ANSWER)])


class InvitationForm(Form):
    """An invitation, and the password that its owner chooses."""

    code = StringField(
        "邀请码",
        [InputRequired("请填写邀请码。"), Length(max=40, message="邀请码是四组字符，请核对。")],
        description="纸条或邮件上的四组字符，例如 abcd-efgh-jkmn-pqrs，短横线可以不输。",
    )
    fresh, again = _new_password()


class AppForm(Form):
    """A code of an authenticator that is being set up, and the sealed secret it should be of."""

    sealed = HiddenField(validators=[Length(max=400)])
    code = StringField(
        "验证码",
        [
            InputRequired("请填写应用里显示的 6 位数字。"),
            Length(max=20, message="验证码是 6 位数字。"),
        ],
    )


class PasskeyForm(Form):
    """A passkey just made, and what its owner calls it."""

    label = StringField(
        "名字",
        [
            InputRequired("请写一个名字，以后好认。"),
            Length(max=LONGEST_LABEL, message=f"名字不超过 {LONGEST_LABEL} 个字。"),
        ],
        description="例如：办公室电脑、我的手机。",
    )
    answer = HiddenField(validators=[Length(max=LONGEST_ANSWER)])


class ConfirmForm(CodeForm):
    """The password once more, and the second factor of who has one."""

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
    fresh, again = _new_password()
