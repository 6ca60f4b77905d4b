"""Papers to be sealed: the summary sheet of a roster that was sent."""

from flask import Blueprint, g, render_template

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.errors import NotFound
from registry.review.queries import decisions
from registry.submissions.listing import row_counts
from registry.submissions.queries import counts_by_match
from registry.unions import queries as unions
from registry.web.guard import guard

blueprint = Blueprint("papers", __name__)
# What is read aloud: four groups of four.
_ALOUD, _GROUP = 16, 4


@blueprint.get("/submissions/<int:submission_id>/sheet")
@guard(Permission.VIEW_SUBMISSIONS)
def sheet(submission_id: int) -> str:
    """Show the summary sheet to print, sign and seal; it names nobody of the roster."""
    session, submission = db.session(), g.submission
    if submission.submitted_at is None:
        raise NotFound("submission.draft", "这份名册还没有提交审核，没有汇总表。")
    decided = decisions(session, submission)
    return render_template(
        "papers/sheet.html",
        submission=submission,
        union=g.union,
        above=unions.ancestors(session, g.union.path)[:-1],
        counts=row_counts(session, [submission])[submission.id],
        matches=counts_by_match(session, submission),
        decided=decided,
        people=display_names(
            session, [submission.submitted_by, *(one.decided_by for one in decided)]
        ),
        aloud=_grouped((submission.file_sha256 or "")[:_ALOUD]),
        whole=_grouped(submission.file_sha256 or ""),
        printed_on=today(),
    )


def _grouped(digest: str) -> str:
    """Return a digest in groups of four, as it is read aloud."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))
