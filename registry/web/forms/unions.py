"""Forms of the register of unions."""

from collections.abc import Sequence
from typing import Any

from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from registry.codes import code_list
from registry.errors import InputRefused
from registry.unions.particulars import CHAIR_LENGTH, CODES, LABELS, NAME_LENGTH, Particulars
from registry.unions.recording import NOTE_LENGTH
from registry.unions.states import BEGINNINGS, UnionState
from registry.web.forms.base import Form

# What a refusal is about, where its code does not name the field.
_ABOUT = {
    "name_taken": "name",
    "employer_known": "name",
    "not_joint": "name",
    "credit_code_taken": "credit_code",
    "day": "on",
    "term": "term_ends_on",
    "covers": "kind",
    "itself": "into",
}


def _name(label: str) -> StringField:
    return StringField(label, [InputRequired("请填写名称。")], render_kw={"maxlength": NAME_LENGTH})


def _day(label: str, description: str) -> DateField:
    return DateField(label, [InputRequired("请填写日期。")], description=description)


def _code(field: str) -> SelectField:
    choices = {"": "没有填", **{one.code: one.label for one in code_list(CODES[field])}}
    return SelectField(LABELS[field], [Optional()], choices=choices)


def _credit_code(description: str) -> StringField:
    return StringField(
        LABELS["credit_code"],
        [Optional()],
        description=description,
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


def _chair(description: str) -> StringField:
    return StringField(
        LABELS["chair"],
        [Optional()],
        description=description,
        render_kw={"maxlength": CHAIR_LENGTH, "autocomplete": "off"},
    )


class UnionForm(Form):
    """What all forms about a union share."""

    note = TextAreaField(
        "依据",
        [Optional()],
        description="批复文号等，可以不写。不要写证件号码和手机号。",
        render_kw={"maxlength": NOTE_LENGTH, "rows": 2},
    )

    def refuse(self, error: InputRefused) -> None:
        """Show a refusal at the field that it is about, else above the form."""
        about = error.code.partition(".")[2]
        field = self._fields.get(_ABOUT.get(about, about))
        if field is None:
            self.form_errors.append(error.message)
        else:
            field.errors = [*field.errors, error.message]


class DayForm(UnionForm):
    """A day on which something happened."""

    on = _day("日期", "按批复或者实际发生的日期填，不能晚于今天。")


class ElectionForm(UnionForm):
    """A committee elected, and until when."""

    on = _day("选举日期", "会员（代表）大会选举的日期，不能晚于今天；新建的就是建会日期。")
    term_ends_on = _day("任期届满", "一届是三年或五年。")
    chair = _chair("只写姓名。不填的，原来登记的不变。")


class RenameForm(UnionForm):
    """Another name."""

    name = _name("新名称")
    on = DateField("更名日期", [Optional()], description="不知道哪天的可以不填，不要编。")


class ParticularsForm(UnionForm):
    """What is known of a union."""

    kind = _code("kind")
    industry = _code("industry")
    employer_category = _code("employer_category")
    new_sector_kind = _code("new_sector_kind")
    credit_code = _credit_code("18 位；取得法人资格的基层工会以 81 开头。没有的可以不填。")
    chair = _chair("只写姓名，不要写电话和证件号码。")

    @property
    def told(self) -> Particulars:
        """What was told."""
        return Particulars(**{name: self._fields[name].data or "" for name in Particulars._fields})


class _OfUnit(UnionForm):
    """A form that names a unit."""

    unit = SelectField("上级工会", [InputRequired("请选择上级工会。")])

    def __init__(self, units: Sequence[tuple[str, str]], **values: Any) -> None:
        """`units` are code and name of those under which the union may stand."""
        super().__init__(**values)
        # Where there is a choice, none is made beforehand.
        self.unit.choices = [*([("", "请选择")] if len(units) > 1 else []), *units]


class RegisterForm(_OfUnit):
    """A union to be entered; what else is known of it may be filled in afterwards."""

    name = _name("工会名称")
    state = RadioField(
        "状态",
        [InputRequired("请选择状态。")],
        choices={state.value: state.label for state in BEGINNINGS},
        description="应当建会而还没有建的登记为“未建”；已经建会的登记为“正常”。",
    )
    on = DateField(
        "日期", [Optional()], description="筹备的填开始筹备的日期，正常的填建会日期；未建的不用填。"
    )
    kind = _code("kind")

    @property
    def begins_as(self) -> UnionState:
        """The state that was chosen."""
        return UnionState(self.state.data)


class MoveForm(_OfUnit):
    """Another unit."""


class JoinForm(UnionForm):
    """The union that members go to, since when, and how many were shown."""

    into = SelectField("转到哪家工会", [InputRequired("请选择转到哪家工会。")])
    on = _day("日期", "按批复的日期填，不能晚于今天。")
    seen = HiddenField()

    def __init__(self, unions: Sequence[tuple[str, str]], **values: Any) -> None:
        """`unions` are code and name of those that may take the members over."""
        super().__init__(**values)
        self.into.choices = [("", "请选择"), *unions]

    @property
    def seen_members(self) -> int | None:
        """How many members were shown before."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() else None


class EmployerForm(Form):
    """An employer that a joint union covers."""

    name = _name("单位名称")
    credit_code = _credit_code("18 位，没有的可以不填。")

    refuse = UnionForm.refuse
