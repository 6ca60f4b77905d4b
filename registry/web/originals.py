"""The file of a roster as it was sent, for who gives a reason."""

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.errors import InputRefused, StateRefused
from registry.members.seeing import Why
from registry.submissions.taking_out import take_out
from registry.web.downloads import attachment
from registry.web.forms.members import OpenForm
from registry.web.guard import guard

blueprint = Blueprint("originals", __name__)
# Whatever it claims to be, no browser is to open it.
_BYTES = "application/octet-stream"


@blueprint.get("/submissions/<int:submission_id>/original")
@guard(Permission.OPEN_MEMBER, fresh=True)
def asking(submission_id: int) -> str:
    """Ask for the reason."""
    return _page(OpenForm(formdata=None))


@blueprint.post("/submissions/<int:submission_id>/original")
@guard(Permission.OPEN_MEMBER, fresh=True)
def download(submission_id: int) -> Response | tuple[str, int]:
    """Give the file."""
    form = OpenForm()
    if not form.validate_on_submit():
        return _page(form), 400
    try:
        why = Why(form.purpose.data or "", form.words.data or "")
        found = take_out(submission_id, actor=g.actor, why=why)
    except InputRefused as error:
        form.words.errors = [error.message]
        return _page(form), 400
    except StateRefused as error:
        form.words.errors = [error.message]
        return _page(form), 409
    return attachment(found.content, found.name, _BYTES)


def _page(form: OpenForm) -> str:
    return reason_page(
        form,
        title="下载原始文件",
        whose=f"报送 {g.submission.id}",
        about="给出的是当时上传的那个文件，一个字节也没有改动。",
    )


def reason_page(form: OpenForm, *, title: str, whose: str, about: str) -> str:
    """Return the page that asks why a file with full numbers leaves: `about` says what it is."""
    return render_template(
        "originals/asking.html",
        submission=g.submission,
        form=form,
        title=title,
        whose=whose,
        about=about,
    )
