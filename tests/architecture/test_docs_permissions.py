"""The admins' page says who may do what exactly as the table of the code does."""

from pathlib import Path

from registry.access.roles import GRANTS, SEPARATE, Permission, Role
from registry.codes import code_list

DOCS = Path(__file__).resolve().parents[2] / "docs"
COLUMNS = {
    "经办员": Role.CLERK,
    "审核员": Role.REVIEWER,
    "市级管理员": Role.AUDITOR,
    "系统管理员": Role.ADMINISTRATOR,
    "安全审计员": Role.LOG_KEEPER,
}


def page(name: str) -> str:
    """Return a page's text."""
    return (DOCS / name).read_text("utf-8")


def table() -> list[list[str]]:
    """Return the cells of the permissions' table, its heading first."""
    text = page("admins.md").split("## 谁能做什么\n", 1)[1]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_table_is_that_of_the_code():
    heading, _, *lines = table()
    roles = [COLUMNS[label] for label in heading[2:]]
    assert set(roles) == set(Role)
    said = {
        role: {Permission(line[0].strip("`")) for line in lines if line[2 + place] == "✓"}
        for place, role in enumerate(roles)
    }
    assert said == GRANTS
    assert [line[0].strip("`") for line in lines] == [each.value for each in Permission]


def test_the_roles_that_may_not_meet_head_the_page():
    title = page("admins.md").splitlines()[0].removeprefix("# ")
    assert {COLUMNS[label] for label in title.split("、")} == SEPARATE


def test_the_reviewers_page_lists_the_reasons():
    (line,) = [one for one in page("reviewers.md").splitlines() if one.startswith("- 原因有：")]
    said = line.removeprefix("- 原因有：").partition("。")[0].split("、")
    labels = [code.label.partition("（")[0] for code in code_list("send_back_reason")]
    assert [one.partition("（")[0] for one in said] == labels
