"""The same import as a careful plain Flask application does it.

openpyxl in its read-only mode, set look-ups for codes and known numbers, one bulk insert by
SQLAlchemy Core in one transaction; numbers stand in clear, and the file itself is not kept.

Run as `python -m bench.peers.plain_flask ADDRESS WORKBOOK`; prints how many rows went in.
"""

import csv
import io
import re
import sys
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask, request
from openpyxl import load_workbook
from sqlalchemy import (
    Column,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)

from bench.roster import CHECKS, CODED, DAYS, FIELDS, SEEDS, WEIGHTS

REQUIRED = ("full_name", "sex", "born_on", "ethnicity", "document_number", "change", "changed_on")
MOBILE = re.compile(r"1[3-9]\d{9}")

metadata = MetaData()
member = Table(
    "plain_member",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("union_code", String(16)),
    *(Column(field, String(200)) for field in FIELDS),
    Index("plain_member_number", "document_number", unique=True),
    Index("plain_member_mobile", "mobile"),
    Index("plain_member_union", "union_code", "id"),
)


def create_app(engine: Engine) -> Flask:
    """Return the application with its one page."""
    app = Flask(__name__)
    codes = {field: _labels(name) for field, name in CODED.items()}

    @app.post("/import")
    def import_roster() -> dict[str, Any]:
        file = io.BytesIO(request.files["roster"].read())
        sheet = load_workbook(file, read_only=True, data_only=True).worksheets[0]
        with engine.begin() as connection:
            known = set(connection.scalars(select(member.c.document_number)))
            good, errors = [], []
            for row, cells in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
                values = {
                    field: "" if value is None else str(value).strip()
                    for field, value in zip(FIELDS, cells, strict=False)
                }
                wrong = _faults(values, codes, known)
                if wrong:
                    errors.append((row, wrong))
                else:
                    known.add(values["document_number"])
                    good.append(values | {"union_code": "3310830010001"})
            if good:
                connection.execute(insert(member), good)
        return {"imported": len(good), "errors": errors}

    return app


def _faults(values: dict[str, str], codes: dict[str, set[str]], known: set[str]) -> list[str]:
    wrong = [field for field in REQUIRED if not values[field]]
    wrong += [field for field, labels in codes.items() if values[field] not in labels]
    wrong += [field for field in DAYS if not _is_day(values[field])]
    number = values["document_number"]
    if not _is_number(number) or number[6:14] != values["born_on"].replace("-", ""):
        wrong.append("document_number")
    elif (values["sex"] == "男") != (number[16] in "13579"):
        wrong.append("sex")
    elif number in known:
        wrong.append("duplicate")
    if values["mobile"] and not MOBILE.fullmatch(values["mobile"]):
        wrong.append("mobile")
    return wrong


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_number(text: str) -> bool:
    if len(text) != 18 or not text[:17].isdecimal():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, WEIGHTS, strict=False))
    return CHECKS[total % 11] == text[17]


def _labels(name: str) -> set[str]:
    with (SEEDS / "codes" / f"{name}.csv").open(encoding="utf-8") as file:
        return {row["label"] for row in csv.DictReader(file)}


def main(address: str, workbook: str) -> None:
    """Post a workbook to the application."""
    engine = create_engine(address)
    metadata.create_all(engine)
    app = create_app(engine)
    with Path(workbook).open("rb") as file:
        answer = app.test_client().post("/import", data={"roster": (file, "roster.xlsx")})
    sys.stdout.write(str(answer.get_json()["imported"]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
