"""What a process imports before it does its work: start-up is paid at every call."""

import subprocess
import sys

from tests.factories.people import make_people
from tests.factories.rosters import make_roster

# What a check of a file alone has no use for. Most of them take longer to import than to run.
HEAVY = {
    "alembic",
    "argon2",
    "cryptography",
    "flask",
    "huey",
    "jinja2",
    "openpyxl",
    "psycopg",
    "pypinyin",
    "python_calamine",
    "registry.app",
    "registry.db",
    "registry.jobs",
    "registry.submissions",
    "registry.web",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "werkzeug",
    "wtforms",
}


def imported(*arguments: str) -> set[str]:
    """Return the modules that a run of Python imports, as its own `-X importtime` says."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr
    lines = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_a_check_of_a_file_imports_neither_the_application_nor_libraries_it_has_no_use_for(
    tmp_path,
):
    file = tmp_path / "花名册.csv"
    file.write_bytes(make_roster(make_people(3), {0: {"document_number": "330102199001011231"}}))
    modules = imported("-m", "registry", "check", str(file))
    assert "registry.roster.check" in modules
    assert modules & HEAVY == set()
