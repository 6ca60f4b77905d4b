"""Forms of the clerk's way of a roster: the file, and what goes for review."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, RadioField
from wtforms.validators import NumberRange, Optional

from registry.submissions.operations import MOST_EMPLOYEES
from registry.submissions.states import Kind
from registry.web.forms.base import Form
from registry.web.forms.notices import Told

KINDS = (
    (
        Kind.INCREMENT,
        "增量：只报新入会、信息有变化或离会的人。没有列出的会员不受影响。",
    ),
    (
        Kind.FULL,
        "全量：报本工会现在的全体会员。没有列出的会员要说明去向，不会自动退会；"
        "提交时要填职工人数。",
    ),
    (
        Kind.REVERIFY,
        "复核：上级要求逐人核对时用，没有变化的会员也要列上，没有列出的要说明去向。"
        "先下载预填好本会会员的花名册，核对改好再传上来。",
    ),
)


class UploadForm(Form):
    """A workbook and what it claims to be. `sha256` and `size` are filled by the page."""

    kind = RadioField(
        "报送方式",
        choices={kind.value: words for kind, words in KINDS},
        validate_choice=True,
    )
    file = FileField("花名册文件", [FileRequired("请先选择花名册文件，再点“上传并校验”。")])
    sha256 = HiddenField()
    size = HiddenField()


class SubmitForm(Told):
    """What goes for review. `employees` is asked for with a full roster only."""

    hold = BooleanField("先提交没有问题的行，需要改正的行留在草稿里")
    employees = IntegerField(
        "本工会所在单位现有职工人数",
        [
            Optional(),
            NumberRange(1, MOST_EMPLOYEES, message=f"请填写 1 到 {MOST_EMPLOYEES:,} 之间的整数。"),
        ],
        description="用来计算入会率，按今天的实际人数填写，包括还没有入会的职工。",
    )
