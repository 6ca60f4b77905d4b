"""What the product is measured against does the job too: it takes every row, finds each fault."""

import sqlite3

import pytest
from sqlalchemy import create_engine, text

from bench import floor, roster, workbook
from bench.peers import plain_flask


@pytest.fixture
def workbooks(tmp_path):
    """Return a clean and a faulty workbook, and how many rows of the latter are faulty."""
    clean, faulty = list(roster.rows(400)), list(roster.faulty_rows(400, 0.1))
    workbook.write(tmp_path / "clean.xlsx", [roster.header(), *clean])
    workbook.write(tmp_path / "faulty.xlsx", [roster.header(), *faulty], inline=True)
    wrong = sum(one != other for one, other in zip(clean, faulty, strict=True))
    assert 20 < wrong < 80
    return str(tmp_path / "clean.xlsx"), str(tmp_path / "faulty.xlsx"), wrong


def test_the_floor_stores_every_row_and_finds_every_fault(tmp_path, workbooks):
    clean, faulty, wrong = workbooks
    spent = floor.main(f"sqlite:///{tmp_path / 'floor.sqlite3'}", [clean, faulty])
    assert len(spent) == 2
    database = sqlite3.connect(tmp_path / "floor.sqlite3")
    counted = database.execute("SELECT submission_id, worst, count(*) FROM floor_row GROUP BY 1, 2")
    assert sorted(counted) == [(1, "ok", 400), (2, "error", wrong), (2, "ok", 400 - wrong)]
    database.close()


def test_the_floor_does_the_same_on_postgresql(new_postgresql, workbooks):
    address = new_postgresql()
    clean, faulty, wrong = workbooks
    floor.main(address, [clean, faulty])
    engine = create_engine(address)
    with engine.connect() as connection:
        query = text("SELECT count(*) FROM floor_row WHERE worst = 'error'")
        assert connection.scalar(query) == wrong
    engine.dispose()


def test_the_plain_flask_import_takes_the_good_rows(tmp_path, workbooks, capsys):
    clean, faulty, wrong = workbooks
    plain_flask.main(f"sqlite:///{tmp_path / 'clean.sqlite3'}", clean)
    assert capsys.readouterr().out == "400"
    plain_flask.main(f"sqlite:///{tmp_path / 'faulty.sqlite3'}", faulty)
    assert capsys.readouterr().out == str(400 - wrong)
