"""Forms of questions."""

from wtforms import BooleanField, IntegerField, RadioField, TextAreaField
from wtforms.validators import Optional

from registry.web.forms.base import Form

_NO_NUMBERS = "不要写完整的证件号码或手机号，写明第几行就行。"


class _TextForm(Form):
    """A form with one text, which the operation itself judges."""

    text: TextAreaField

    def __init__(self, prefix: str, *, clean: bool = False) -> None:
        """`clean`: nothing was sent with this form."""
        if clean:
            super().__init__(formdata=None, prefix=prefix)
        else:
            super().__init__(prefix=prefix)


class QuestionForm(_TextForm):
    """What is asked."""

    text = TextAreaField("您的问题", description=f"写明想知道什么。{_NO_NUMBERS}")


class AgainForm(_TextForm):
    """What is still not clear."""

    text = TextAreaField("还有什么不明白", description=f"问题会重新排到答复的人那里。{_NO_NUMBERS}")


class AnswerForm(_TextForm):
    """What is answered."""

    text = TextAreaField(
        "答复", description="提问的工会和合并到这里的工会都会看到。不要写工会名称和号码。"
    )


class WordForm(_TextForm):
    """A word for those to whom a question is passed."""

    text = TextAreaField("说明", description=f"可以不写。提问的工会看不到这段说明。{_NO_NUMBERS}")


class MergeForm(Form):
    """Into which question another one is merged."""

    into = RadioField("相似的问题", [Optional()], choices=[], coerce=int, validate_choice=False)
    number = IntegerField("或者填写问题编号", [Optional()])


class PublishingForm(Form):
    """A question and its answer as everybody is to read them."""

    question = TextAreaField("问题")
    answer = TextAreaField("答复")
    with_rule = BooleanField("同时放在这条规则的帮助页上", default=True)
