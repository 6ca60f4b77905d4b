"""Where a sample roster plays: one union, its people, its clerk and its reviewer."""

from random import Random

from sqlalchemy import select

from registry.access.actor import Actor
from registry.accounts.names import clerk_name
from registry.accounts.queries import actor_named
from registry.db import db
from registry.jobs.operations import import_now
from registry.submissions.models import Submission
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from seeds.employers import Employer
from seeds.people import People, Person
from seeds.rosters import Row, csv_file, roster_rows, workbook
from seeds.yuhuan import COUNTY

SHARE = 0.9  # of the employees are members
SPARE = 8  # persons who come in addition, where a story needs them
_WORKBOOK = 60  # rosters up to this size come as .xlsx, larger ones as .csv, which is faster


class Stage:
    """A union of the demo, ready to send rosters."""

    def __init__(self, employer: Employer, people: dict[str, list[Person]]) -> None:
        self.employer = employer
        self.people = people
        self.members, self.spare = people[employer.code][:-SPARE], people[employer.code][-SPARE:]
        self.chance = Random(f"{COUNTY}:{employer.code}")  # noqa: S311 - nothing secret

    @property
    def clerk(self) -> Actor:
        """The union's clerk."""
        return actor_named(db.session(), clerk_name(self.employer.code, 1))

    @property
    def reviewer(self) -> Actor:
        """The first reviewer of the union's unit."""
        return actor_named(db.session(), f"reviewer-{self.employer.code[:9]}")

    def rows(self, people: list[Person] | None = None) -> list[Row]:
        """Return the sound roster of these persons, else of all members."""
        return roster_rows(self.members if people is None else people, self.employer, self.chance)

    def receive(self, content: bytes, file_name: str, kind: Kind = Kind.FULL) -> int:
        """Read and check a file; return the number of the draft."""
        return import_now(
            content,
            file_name=file_name,
            union_code=self.employer.code,
            kind=kind,
            actor=self.clerk,
        ).submission_id

    def send(self, rows: list[Row], name: str = "会员花名册") -> int:
        """Send a full roster for review, with the number of employees; return its number."""
        if len(rows) <= _WORKBOOK:
            number = self.receive(workbook(rows), f"{name}.xlsx")
        else:
            number = self.receive(csv_file(rows), f"{name}.csv")
        submit(number, actor=self.clerk, hold_errors=True, employees=self.employer.employees)
        return number


def casts(employers: list[Employer], codes: list[str]) -> dict[str, list[Person]]:
    """Return the people of each of these unions; nobody belongs to two.

    They are invented in one go, so that who belongs where never depends on what is there already.
    """
    people = People(Random(COUNTY))  # noqa: S311 - nothing secret
    sizes = {employer.code: employer.employees for employer in employers}
    return {code: people.some(round(sizes[code] * SHARE) + SPARE) for code in codes}


def unions_that_sent() -> set[str]:
    """Return the codes of the unions that have any submission, a draft included."""
    query = select(Submission.union_code).where(Submission.county == COUNTY).distinct()
    return set(db.session.scalars(query))
