"""Slips of paper with one-time passwords: shown once, in the answer to the act, never again."""

from collections.abc import Sequence

from flask import render_template, request

from registry.accounts.opening import Slip


def slips_page(slips: Sequence[Slip], back: str, *, more: int = 0) -> str:
    """Return the printable page; `more` is how many accounts are still to be opened."""
    return render_template(
        "clerks/slips.html", slips=slips, back=back, more=more, address=request.host_url
    )
