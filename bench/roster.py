"""A large clean roster of invented persons from a fixed seed: sound numbers, no two alike."""

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
# Real divisions that no demo person comes from (`seeds/origins.csv`): nobody is met twice.
DIVISIONS = ("210102", "230103", "310104", "440103", "610102", "650102")
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗叶苏潘董金"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文海燕晓春小红"
BORN_FROM = date(1975, 1, 1)
BORN_DAYS = 9000

FIELDS = (
    *("full_name", "sex", "born_on", "ethnicity", "work_status", "document_kind"),
    *("document_number", "education", "skill_level", "mobile", "household_kind"),
    *("household_region", "change", "changed_on", "political_status", "employer_name"),
    *("is_migrant_worker", "is_dispatched", "post", "in_mutual_aid"),
)
# Fields whose cells are labels of a code list, by its name; and days.
CODED = {
    "sex": "sex",
    "ethnicity": "ethnicity",
    "work_status": "work_status",
    "document_kind": "document_kind",
    "education": "education",
    "household_kind": "household_kind",
    "change": "membership_change",
    "political_status": "political_status",
}
DAYS = ("born_on", "changed_on")


def header() -> list[str]:
    """Return the 20 column labels, as the national roster has them."""
    with (SEEDS / "roster-columns.csv").open(encoding="utf-8") as file:
        labels = {row["field"]: row["label"] for row in csv.DictReader(file)}
    return [labels[field] for field in FIELDS]


def rows(count: int, seed: int = 331083, first: int = 0) -> Iterator[list[str]]:
    """Yield `count` rows of 20 texts, of the persons from `first` on; the same for the same
    seed."""
    chance = random.Random(seed)  # noqa: S311 - invented persons, no secrets
    educations, politics = _labels("education"), _labels("political_status")
    for number in range(first, first + count):
        # Number and mobile follow from the row, so that no two are alike; 7919 is a prime: no runs.
        body, born, male = _body(number)
        yield [
            chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2)))),
            "男" if male else "女",
            born.isoformat(),
            "汉族",
            "在岗",
            "居民身份证",
            body + _check(body),
            chance.choice(educations),
            "",
            f"1{chance.choice('3578')}{number * 7919 % 10**9:09d}",
            chance.choice(("非农业家庭户", "农业家庭户")),
            "浙江省台州市玉环市",
            "入会",
            f"2017-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            chance.choice(politics),
            "玉环市虚构阀门有限公司",
            chance.choice("是否"),
            "否",
            chance.choice(("装配工", "车工", "质检员", "仓库管理员")),
            chance.choice("是否"),
        ]


def faulty_rows(count: int, share: float, seed: int = 331083) -> Iterator[list[str]]:
    """Yield the same rows with a fault that a clerk must correct in a `share` of them."""
    chance = random.Random(seed)  # noqa: S311 - no secrets
    number, ethnicity, sex, mobile = (
        FIELDS.index(field) for field in ("document_number", "ethnicity", "sex", "mobile")
    )
    for row in rows(count, seed):
        if chance.random() < share:
            fault = chance.choice((number, ethnicity, sex, mobile))
            if fault == number:
                row[fault] = row[fault][:17] + ("1" if row[fault][17] != "1" else "2")
            elif fault == sex:
                row[fault] = "女" if row[fault] == "男" else "男"
            else:
                row[fault] = "汗族人" if fault == ethnicity else row[fault][:10]
        yield row


def changed_rows(count: int, share: float, seed: int = 331083) -> Iterator[list[str]]:
    """Yield the same rows with another post in a `share` of them."""
    chance = random.Random(seed)  # noqa: S311 - no secrets
    post = FIELDS.index("post")
    for row in rows(count, seed):
        if chance.random() < share:
            row[post] = "班组长"
        yield row


def _body(number: int) -> tuple[str, date, bool]:
    division = DIVISIONS[number % len(DIVISIONS)]
    turn, day = divmod(number // len(DIVISIONS) * 7919, BORN_DAYS)
    born = BORN_FROM + timedelta(days=day)
    sequence = turn % 999 + 1
    return f"{division}{born:%Y%m%d}{sequence:03d}", born, sequence % 2 == 1


def _check(body: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return CHECKS[total % 11]


def _labels(name: str) -> list[str]:
    with (SEEDS / "codes" / f"{name}.csv").open(encoding="utf-8") as file:
        return [row["label"] for row in csv.DictReader(file)]
