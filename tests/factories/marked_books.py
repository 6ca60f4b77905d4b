"""A draft's marked workbook: taken, changed in its cells, sent again; and what came of that."""

from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import func, select

from registry.db import db
from registry.jobs.operations import import_now
from registry.jobs.queries import word
from registry.roster import marked
from registry.submissions import queries
from registry.submissions.marking import marked_workbook
from registry.submissions.models import Submission
from registry.submissions.regrouping import ref_of
from registry.submissions.states import Kind
from registry.submissions.storing import open_row
from registry.vault.vault import vault
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_roster, take_in

SIX = make_people(6)


def view_of(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def row_of(number, row):
    return queries.row(db.session(), view_of(number), row)


def cell(number, row, field):
    view = view_of(number)
    content = open_row(vault(), ref_of(view), row, row_of(number, row).sealed)
    return content.edits.get(field, content.raw.get(field))


def book_of(number, clerk, **more):
    return load_workbook(BytesIO(marked_workbook(number, actor=clerk, **more).content))


def column(sheet, label):
    for row in sheet.iter_rows(max_row=3):
        for one in row:
            if one.value == label:
                return one.column_letter
    raise AssertionError(f"no column {label}")


def put(book, row, label, value):
    sheet = book.worksheets[0]
    sheet[f"{column(sheet, label)}{row}"] = value


def saved(book):
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(book, clerk, *, union=UNION, kind=Kind.INCREMENT, name="改好的.xlsx"):
    content = book if isinstance(book, bytes) else saved(book)
    return import_now(content, file_name=name, union_code=union, kind=kind, actor=clerk)


def said(upload):
    db.session.rollback()
    found = word(db.session(), "331083", upload)
    return found[1] if found else None


def newest():
    return db.session.scalar(select(func.max(Submission.id)))


def part_of(monkeypatch, clerk):
    monkeypatch.setattr(marked, "MOST_ROWS", 5)
    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}, 4: {"mobile": "138"}}), clerk)
    return first, book_of(first, clerk)
